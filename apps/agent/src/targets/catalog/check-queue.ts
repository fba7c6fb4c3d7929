/**
 * Runs checks one after the other. Who asks while one runs waits for the next, which all of them share: one that began before
 * they asked may not have seen what they must.
 */
export class CheckQueue {
  readonly #check: (isForced: boolean) => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #isNextForced = false;

  constructor(check: (isForced: boolean) => Promise<void>) {
    this.#check = check;
  }

  join(isForced: boolean): Promise<void> {
    if (this.#running === undefined && this.#next === undefined) return this.#start(isForced);
    this.#isNextForced ||= isForced;
    this.#next ??= this.settled().then(() => {
      const force = this.#isNextForced;
      this.#next = undefined;
      this.#isNextForced = false;
      return this.#start(force);
    });
    return this.#next;
  }

  /** Waits for the check that runs. */
  async settled(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  #start(isForced: boolean): Promise<void> {
    const running = this.#check(isForced).finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }
}
