import type { Clock } from '../clock.js';

/** Clocks of a machine before and after a restart may differ by this much without suspicion. */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

/**
 * How long the agent may go on alone. Measured on both clocks, the stricter counts: setting the wall clock back
 * must not make a lease last longer.
 */
export class Lease {
  readonly #clock: Clock;
  #confirmedAt: number | undefined;
  #confirmedSteady = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get confirmedAt(): number | undefined {
    return this.#confirmedAt;
  }

  /** The control plane confirmed the policy just now. */
  confirm(): void {
    this.#confirmedAt = this.#clock.now();
    this.#confirmedSteady = this.#clock.steady();
  }

  /** The confirmation before a restart. One from the future is not believed. */
  restore(confirmedAt: number): void {
    const elapsed = this.#clock.now() - confirmedAt;
    if (elapsed < -CLOCK_TOLERANCE_MS) return;
    this.#confirmedAt = confirmedAt;
    this.#confirmedSteady = this.#clock.steady() - Math.max(0, elapsed);
  }

  isExpired(leaseSeconds: number): boolean {
    if (this.#confirmedAt === undefined) return true;
    const elapsed = Math.max(
      this.#clock.now() - this.#confirmedAt,
      this.#clock.steady() - this.#confirmedSteady,
    );
    return elapsed > leaseSeconds * 1_000;
  }
}
