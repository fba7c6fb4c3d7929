import { setTimeout as sleep } from 'node:timers/promises';
import { AUDIT_BATCH_MAX } from '@postern/protocol/audit-push';
import { backoffMs } from '../link/backoff.js';
import { errorFacts, type Logger } from '../log.js';
import type { Spool } from './spool.js';
import type { SpooledEvent } from './spool-reader.js';

/** Events that come within this time travel together, as long as they fit. */
const COALESCE_MS = 20;
/** The same once that many came within it: a request costs as much as a hundred events, and search still finds them within a second. */
const BUSY_EVENTS = 16;
const BUSY_COALESCE_MS = 300;
const BATCH_BYTES = 512 * 1024;

/** What pushing came to. `gap`: the control plane's next number is another one. */
export type PushResult = { readonly ackedSeq: number } | { readonly gap: number };

export type PushAudit = (events: readonly SpooledEvent[], signal: AbortSignal) => Promise<PushResult>;

/** Sends the spool to the control plane, at least once, in order, as soon as something is there. */
export class Pusher {
  readonly #spool: Spool;
  readonly #push: PushAudit;
  readonly #log: Logger;
  readonly #stopping = new AbortController();
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  constructor(spool: Spool, push: PushAudit, log: Logger) {
    this.#spool = spool;
    this.#push = push;
    this.#log = log;
  }

  start(): void {
    this.#spool.onDurable(() => this.#wake());
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let failures = 0;
    while (!signal.aborted) {
      if (this.#spool.depth === 0) await this.#somethingNew();
      await this.#gathered();
      if (signal.aborted) return;
      try {
        await this.pushOnce(signal);
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        failures += 1;
        if (failures === 1)
          this.#log.warn({ ...errorFacts(error), depth: this.#spool.depth }, 'audit push failed');
        await this.#pause(backoffMs(failures));
      }
    }
  }

  async #gathered(): Promise<void> {
    await this.#filled(COALESCE_MS);
    if (this.#spool.depth >= BUSY_EVENTS) await this.#filled(BUSY_COALESCE_MS);
  }

  /** Resolves when a batch is full, or after that long. */
  #filled(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        if (this.#spool.depth < AUDIT_BATCH_MAX && !this.#stopping.signal.aborted) return;
        clearTimeout(timer);
        resolve();
      };
      this.#wake();
    });
  }

  /** One batch; throws when it did not arrive. */
  async pushOnce(signal: AbortSignal): Promise<void> {
    const from = this.#spool.acked + 1;
    const events = await this.#spool.read(from, AUDIT_BATCH_MAX, BATCH_BYTES);
    if (events.length === 0) throw new Error(`audit event ${from} is missing from the spool`);
    const result = await this.#push(events, signal);
    if ('ackedSeq' in result) return this.#spool.ack(result.ackedSeq);
    if (result.gap < this.#spool.firstKept || result.gap >= from) {
      throw new Error(`the control plane expects audit event ${result.gap}, which is not in the spool`);
    }
    this.#log.warn({ expectedSeq: result.gap }, 'audit events are sent again');
    this.#spool.rewind(result.gap);
  }

  #somethingNew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#spool.depth > 0 || this.#stopping.signal.aborted) resolve();
    });
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
