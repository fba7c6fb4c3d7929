import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { Clock } from '../clock.js';

const WINDOW_MS = 15 * 60_000;
/** Failures within the window: of one person from one address, of one address, of one person from anywhere. */
const LIMITS = { pair: 10, address: 100, person: 100 } as const;
const MOST_KEYS = 100_000;

interface Count {
  failures: number;
  since: number;
}

/**
 * Slows down guessing. Counts failures in memory: per process, forgotten at a restart, and enough, because each guess costs
 * an argon2 hash anyway. The limit of a person alone is high, so that nobody can lock others out cheaply.
 */
@Injectable()
export class AttemptLimiter {
  private readonly counts = new Map<string, Count>();

  constructor(private readonly clock: Clock) {}

  /** Counts an attempt as failed until it is known to have succeeded; throws when a limit is reached. */
  attempt(email: string, address: string): void {
    const keys = keysOf(email, address);
    for (const [key, limit] of keys) {
      const count = this.current(key);
      if (count !== undefined && count.failures >= limit) this.refuse(count);
    }
    if (this.counts.size > MOST_KEYS) this.counts.clear();
    for (const [key] of keys) {
      const count = this.current(key) ?? { failures: 0, since: this.clock.now().getTime() };
      count.failures += 1;
      this.counts.set(key, count);
    }
  }

  /** A success forgets that person's failures at that address; elsewhere it was simply not one. */
  succeeded(email: string, address: string): void {
    for (const [key] of keysOf(email, address)) {
      const count = this.current(key);
      if (count !== undefined) count.failures -= 1;
    }
    this.counts.delete(keyOfPair(email, address));
  }

  private current(key: string): Count | undefined {
    const count = this.counts.get(key);
    if (count === undefined || this.clock.now().getTime() - count.since < WINDOW_MS) return count;
    this.counts.delete(key);
    return undefined;
  }

  private refuse(count: Count): never {
    const seconds = Math.ceil((count.since + WINDOW_MS - this.clock.now().getTime()) / 1000);
    throw new PosternError('auth.rate_limited', 'too many failed attempts', {
      fix: `wait ${Math.ceil(seconds / 60)} minutes and try again`,
      facts: { retryAfterSeconds: seconds },
    });
  }
}

const keyOfPair = (email: string, address: string): string => `pair:${email} ${address}`;

function keysOf(email: string, address: string): [string, number][] {
  return [
    [keyOfPair(email, address), LIMITS.pair],
    [`address:${address}`, LIMITS.address],
    [`person:${email}`, LIMITS.person],
  ];
}
