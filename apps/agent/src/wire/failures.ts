import type { Clock } from '../clock.js';

const WINDOW_MS = 60_000;
/** Keys counted at once; beyond it the oldest is forgotten. */
const KEYS_MAX = 20_000;

/**
 * Failures within a minute. One person from one address gets few: that is somebody guessing, or a tool with an old
 * password. One address, or one person, gets more: an office shares an address, and nobody is to lock somebody else
 * out too easily.
 */
const LIMITS = { pair: 5, user: 20, address: 50 } as const;

/** Longest user name that is told from others. */
const USER_MAX = 320;

interface Window {
  readonly endsAt: number;
  failures: number;
  isNoticed: boolean;
}

/** Counts failed sign-ins, so that guessing is slow. */
export class Failures {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isLimited(user: string, address: string): boolean {
    return this.#full(user, address) !== undefined;
  }

  /** True once for each time that a limit is reached: a flood of attempts must not be a flood of records. */
  isNews(user: string, address: string): boolean {
    const full = this.#full(user, address);
    if (!full || full.isNoticed) return false;
    full.isNoticed = true;
    return true;
  }

  add(user: string, address: string): void {
    for (const [key] of keysOf(user, address)) {
      const endsAt = this.#clock.steady() + WINDOW_MS;
      const window = this.#window(key) ?? { endsAt, failures: 0, isNoticed: false };
      window.failures += 1;
      this.#windows.set(key, window);
    }
    for (const key of this.#windows.keys()) {
      if (this.#windows.size <= KEYS_MAX) break;
      this.#windows.delete(key);
    }
  }

  #full(user: string, address: string): Window | undefined {
    for (const [key, limit] of keysOf(user, address)) {
      const window = this.#window(key);
      if (window && window.failures >= limit) return window;
    }
    return undefined;
  }

  #window(key: string): Window | undefined {
    const window = this.#windows.get(key);
    if (!window || window.endsAt > this.#clock.steady()) return window;
    this.#windows.delete(key);
    return undefined;
  }
}

function keysOf(user: string, address: string): readonly (readonly [string, number])[] {
  const network = networkOf(address);
  const name = user.slice(0, USER_MAX);
  return [
    [`pair ${network} ${name}`, LIMITS.pair],
    [`user ${name}`, LIMITS.user],
    [`address ${network}`, LIMITS.address],
  ];
}

/** IPv6 hands out addresses by the /64: whoever has one has them all. */
export function networkOf(address: string): string {
  const v4 = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (v4 !== undefined) return v4;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = (address.split('%')[0] ?? '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - front.length - back.length) }, () => '0');
  return `${[...front, ...zeros, ...back].slice(0, 4).join(':')}::/64`;
}
