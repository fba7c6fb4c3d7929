import { PosternError } from '@postern/core/errors';

/** Why nothing may run: what is not recorded must not happen. */
export const unavailable = (): PosternError =>
  new PosternError('audit.unavailable', 'the audit trail can not be written, so nothing may run', {
    fix: 'tell an administrator to look at the disk of this agent',
  });

/** No room: the agent's own limit, or the disk's. */
export const full = (): PosternError =>
  new PosternError('audit.full', 'this agent has no room left for its audit trail, so nothing may run', {
    fix: 'let it reach the control plane, which takes the events over; or give it more room (`audit.quota_mb`)',
  });

/** The error of a disk that has no room. */
export const isNoRoom = (error: unknown): boolean =>
  ['ENOSPC', 'EDQUOT'].includes((error as { code?: string } | undefined)?.code ?? '');

/** Where an event is on its way to the disk. Both reject with `audit.unavailable` or `audit.full`. */
export interface Appended {
  /** The system has it: it survives the end of the agent, however sudden. */
  readonly written: Promise<void>;
  /** The disk has it: it survives the loss of power. Asking for it has the disk told at once. */
  durable(): Promise<void>;
  /** Calls one of the two when it is written or refused, as `written` would, without the time that a promise takes. Neither may throw. */
  onWritten(then: () => void, failed: (error: unknown) => void): void;
}

interface Waiting {
  then(): void;
  failed(error: unknown): void;
}

/** Events of one turn of the event loop: they share a write, what waits for it, and what waits for the disk. */
export class Group implements Appended {
  /** Canonical texts of the events. */
  readonly texts: string[] = [];
  readonly written: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: PosternError) => void = () => undefined;
  #durable: Promise<void> | undefined;
  #resolveDurable: () => void = () => undefined;
  #rejectDurable: (error: PosternError) => void = () => undefined;
  #state: 'waiting' | 'written' | 'durable' | 'failed' = 'waiting';
  #waiting: Waiting[] = [];
  readonly #onWanted: () => void;
  #error: PosternError | undefined;

  constructor(onWanted: () => void) {
    this.#onWanted = onWanted;
    this.written = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who does not wait for it is not told either.
    this.written.catch(() => undefined);
  }

  /** Somebody waits until the disk has it. */
  get isWanted(): boolean {
    return this.#durable !== undefined;
  }

  durable(): Promise<void> {
    if (this.#durable) return this.#durable;
    this.#durable = new Promise((resolve, reject) => {
      this.#resolveDurable = resolve;
      this.#rejectDurable = reject;
    });
    this.#durable.catch(() => undefined);
    if (this.#state === 'durable') this.#resolveDurable();
    else if (this.#state === 'failed') this.#rejectDurable(this.#error ?? unavailable());
    else this.#onWanted();
    return this.#durable;
  }

  onWritten(then: () => void, failed: (error: unknown) => void): void {
    if (this.#state === 'waiting') this.#waiting.push({ then, failed });
    else if (this.#state === 'failed') failed(this.#error ?? unavailable());
    else then();
  }

  wasWritten(): void {
    this.#state = 'written';
    this.#resolve();
    for (const { then } of this.#told()) then();
  }

  isDurable(): void {
    this.#state = 'durable';
    this.#resolveDurable();
  }

  failed(error = unavailable()): void {
    this.#state = 'failed';
    this.#error = error;
    this.#reject(error);
    this.#rejectDurable(error);
    for (const { failed } of this.#told()) failed(error);
  }

  /** Each is told once. */
  #told(): readonly Waiting[] {
    const told = this.#waiting;
    this.#waiting = [];
    return told;
  }
}
