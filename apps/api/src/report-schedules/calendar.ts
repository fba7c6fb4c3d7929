import { CronExpressionParser } from 'cron-parser';

export const CADENCES = ['daily', 'weekly', 'monthly'] as const;

/** When a schedule is due, on the wall clock of its time zone. */
export interface Calendar {
  cadence: string;
  hour: number;
  /** Weekly: 1 is Monday. */
  weekday: number | null;
  /** Monthly. */
  day: number | null;
  timeZone: string;
}

const expressionOf = ({ hour, weekday, day }: Calendar): string =>
  `0 ${hour} ${day ?? '*'} * ${weekday ?? '*'}`;

/** The first time after `instant`. An hour that a clock change leaves out comes right after it; one that it repeats counts once. */
export const dueAfter = (calendar: Calendar, instant: Date): Date => ticks(calendar, instant).next().toDate();

/** The last time before `instant`. */
export const dueBefore = (calendar: Calendar, instant: Date): Date =>
  ticks(calendar, instant).prev().toDate();

const ticks = (calendar: Calendar, currentDate: Date) =>
  CronExpressionParser.parse(expressionOf(calendar), { tz: calendar.timeZone, currentDate });
