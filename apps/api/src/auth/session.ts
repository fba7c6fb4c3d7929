import { createHash, randomBytes } from 'node:crypto';

export const SESSION_COOKIE = 'postern_session';
const HOUR_MS = 3_600_000;
/** A session ends this long after its last use … */
export const SESSION_IDLE_MS = 12 * HOUR_MS;
/** … and this long after it began at the latest. */
export const SESSION_LIFE_MS = 30 * 24 * HOUR_MS;
/** How much of the idle time must have passed before a use is written down: not every request is a write. */
export const SESSION_TOUCH_MS = 5 * 60_000;

/** A secret that only its holder has; the database keeps its hash. */
export const newSecret = (prefix = ''): string => prefix + randomBytes(32).toString('base64url');

export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** When a session used at `now` ends. */
export function sessionEnd(createdAt: Date, now: Date): Date {
  return new Date(Math.min(now.getTime() + SESSION_IDLE_MS, createdAt.getTime() + SESSION_LIFE_MS));
}

/** Whether this use moves the end far enough to write it. */
export function isTouchDue(expiresAt: Date, newEnd: Date): boolean {
  return newEnd.getTime() - expiresAt.getTime() >= SESSION_TOUCH_MS;
}
