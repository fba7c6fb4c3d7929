import type { AuditEvent } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';

/** Why nothing may run: what is not recorded must not happen. */
export const unavailable = (): PosternError =>
  new PosternError('audit.unavailable', 'the audit trail can not be written, so nothing may run', {
    fix: 'tell an administrator to look at the disk of this agent',
  });

/** Where an event is on its way to the disk. Both reject with `audit.unavailable`. */
export interface Appended {
  /** The system has it: it survives the end of the agent, however sudden. */
  readonly written: Promise<void>;
  /** The disk has it: it survives the loss of power. Asking for it has the disk told at once. */
  durable(): Promise<void>;
}

/** Events of one turn of the event loop: they share a write, what waits for it, and what waits for the disk. */
export class Group implements Appended {
  readonly events: AuditEvent[] = [];
  readonly written: Promise<void>;
  #resolve: () => void = () => undefined;
  #reject: (error: PosternError) => void = () => undefined;
  #durable: Promise<void> | undefined;
  #resolveDurable: () => void = () => undefined;
  #rejectDurable: (error: PosternError) => void = () => undefined;
  #state: 'waiting' | 'durable' | 'failed' = 'waiting';
  readonly #onWanted: () => void;

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
    else if (this.#state === 'failed') this.#rejectDurable(unavailable());
    else this.#onWanted();
    return this.#durable;
  }

  wasWritten(): void {
    this.#resolve();
  }

  isDurable(): void {
    this.#state = 'durable';
    this.#resolveDurable();
  }

  failed(): void {
    this.#state = 'failed';
    this.#reject(unavailable());
    this.#rejectDurable(unavailable());
  }
}
