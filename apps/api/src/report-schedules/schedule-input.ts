import { PosternError } from '@postern/core/errors';
import { z } from 'zod';
import { input, parseInput } from '../errors/parse-input.js';
import { REPORT_FORMATS } from '../reports/report-file.js';
import {
  infoOf,
  type ReportKind,
  type ReportParameters,
  resolveParameters,
  storedParameters,
} from '../reports/report-kinds.js';
import { CADENCES } from './calendar.js';
import type { ScheduleFields } from './schedule.store.js';

export interface ScheduleInput {
  name: string;
  kind: ReportKind;
  parameters: ReportParameters;
  cadence: string;
  hour: number;
  weekday?: number | null;
  day?: number | null;
  timeZone?: string | null;
  format?: string | null;
  recipients: string[];
  enabled?: boolean | null;
}

/** The calendar says these. */
const INSTANTS = ['at', 'from', 'to'] as const;

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const schema = z
  .object({
    name: input.name,
    cadence: z.enum(CADENCES, 'must be daily, weekly or monthly'),
    hour: z.number().int().min(0, 'must be from 0 to 23').max(23, 'must be from 0 to 23'),
    weekday: z
      .number()
      .int()
      .min(1, 'must be from 1 to 7')
      .max(7, 'must be from 1 to 7')
      .nullish()
      .transform((n) => n ?? null),
    day: z
      .number()
      .int()
      .min(1, 'must be from 1 to 28')
      .max(28, 'must be from 1 to 28')
      .nullish()
      .transform((n) => n ?? null),
    timeZone: z
      .string()
      .max(64, 'is too long')
      .refine(isTimeZone, 'must be a time zone like `Europe/Berlin`')
      .nullish()
      .transform((zone) => zone ?? 'UTC'),
    format: z
      .enum(REPORT_FORMATS, 'must be json, csv or pdf')
      .nullish()
      .transform((format) => format ?? 'pdf'),
    recipients: z
      .array(z.string())
      .min(1, 'must name at least one webhook')
      .max(20, 'must name at most 20 webhooks')
      .transform((ids) => [...new Set(ids)]),
    enabled: z
      .boolean()
      .nullish()
      .transform((enabled) => enabled ?? true),
  })
  .superRefine(({ cadence, weekday, day }, context) => {
    const wanted = cadence === 'weekly' ? 'weekday' : cadence === 'monthly' ? 'day' : undefined;
    for (const [field, value] of [
      ['weekday', weekday],
      ['day', day],
    ] as const) {
      if ((value !== null) === (field === wanted)) continue;
      const message =
        value === null ? `is needed for a ${cadence} report` : `means nothing to a ${cadence} report`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

/** A schedule as it is stored, and the webhooks it names; instants are the calendar's and are refused. */
export function parseSchedule(
  given: ScheduleInput,
  now: Date,
): { fields: ScheduleFields; recipients: string[] } {
  const { kind, parameters, ...rest } = given;
  const { recipients, ...fields } = parseInput(schema, rest);
  const taken: readonly string[] = infoOf(kind).parameters;
  for (const field of INSTANTS)
    if (parameters[field] !== undefined && taken.includes(field))
      throw new PosternError('input.invalid', `\`${field}\` is the schedule's to say`, {
        field: `parameters.${field}`,
        fix: 'leave it out: each report goes on where the one before it ended',
      });
  const resolved = storedParameters(resolveParameters(kind, parameters, now));
  for (const field of INSTANTS) delete resolved[field];
  return { fields: { ...fields, kind, parameters: resolved }, recipients };
}
