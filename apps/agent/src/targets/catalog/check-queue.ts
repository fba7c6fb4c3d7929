import { TimedOut } from './time-limits.js';

/** Told when the check is over, or why it failed. May not throw. */
type Waiter = (error?: unknown) => void;

interface Batch {
  readonly waiters: Waiter[];
  isForced: boolean;
  isLate: boolean;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Runs checks one after the other. Who asks while one runs waits for the next, which all of them share: one that began before
 * they asked may not have seen what they must. Who asks in one turn of the event loop shares one too.
 */
export class CheckQueue {
  readonly #check: (isForced: boolean, done: Waiter) => void;
  readonly #waitMs: number;
  #isRunning = false;
  #next: Batch | undefined;

  /** `waitMs`: how long the first who waits for a check does so at most, and with it all who share it. */
  constructor(check: (isForced: boolean, done: Waiter) => void, waitMs: number) {
    this.#check = check;
    this.#waitMs = waitMs;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  join(isForced: boolean, waiter: Waiter): void {
    this.#next ??= this.#batch();
    this.#next.isForced ||= isForced;
    if (this.#next.isLate) waiter(new TimedOut());
    else this.#next.waiters.push(waiter);
  }

  #batch(): Batch {
    const batch: Batch = { waiters: [], isForced: false, isLate: false, timer: undefined };
    batch.timer = setTimeout(() => {
      batch.isLate = true;
      end(batch, new TimedOut());
    }, this.#waitMs);
    if (!this.#isRunning) this.#startSoon();
    return batch;
  }

  #startSoon(): void {
    this.#isRunning = true;
    setImmediate(() => this.#start());
  }

  #start(): void {
    const batch = this.#next;
    this.#next = undefined;
    if (batch === undefined) {
      this.#isRunning = false;
      return;
    }
    this.#check(batch.isForced, (error) => {
      // The next one begins first: who is told now may ask again, and waits for the one after it.
      if (this.#next === undefined) this.#isRunning = false;
      else this.#startSoon();
      end(batch, error);
    });
  }
}

function end(batch: Batch, error: unknown): void {
  clearTimeout(batch.timer);
  for (const waiter of batch.waiters.splice(0)) waiter(error);
}
