const HOUR_MS = 3_600_000;

/** How long a database password may last. Closed: there is no "for ever". */
export const LIFETIME_MS = {
  oneHour: HOUR_MS,
  eightHours: 8 * HOUR_MS,
  oneDay: 24 * HOUR_MS,
  sevenDays: 7 * 24 * HOUR_MS,
  thirtyDays: 30 * 24 * HOUR_MS,
  ninetyDays: 90 * 24 * HOUR_MS,
} as const;
export type Lifetime = keyof typeof LIFETIME_MS;
