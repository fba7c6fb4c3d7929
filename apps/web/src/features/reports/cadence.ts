import type { Schedule } from './use-schedules';

export const WEEKDAYS = [
  ...['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
] as const;

const hourText = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** "Mondays at 06:00, Europe/Berlin". */
export function cadenceWords({
  cadence,
  hour,
  weekday,
  day,
  timeZone,
}: Pick<Schedule, 'cadence' | 'hour' | 'weekday' | 'day' | 'timeZone'>): string {
  const at = `at ${hourText(hour)}, ${timeZone}`;
  if (cadence === 'DAILY') return `Every day ${at}`;
  if (cadence === 'WEEKLY') return `${WEEKDAYS[(weekday ?? 1) - 1]}s ${at}`;
  return `On day ${day ?? 1} of each month ${at}`;
}

export const HOURS = Array.from({ length: 24 }, (_, hour) => [hour, hourText(hour)] as const);
