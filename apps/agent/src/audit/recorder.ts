import { type AuditActor, type AuditEvent, trimmed } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import { type Clock, isoTime } from '../clock.js';
import type { Spool } from './spool.js';

/** What happened; who numbers and dates it is the recorder. */
export type AuditFacts = Omit<AuditEvent, 'id' | 'at'>;

/** Longest reason kept, in UTF-8 bytes: it may quote names of any length. */
const REASON_MAX = 4_096;

/** The only way to an audit event: nothing else writes to the spool. */
export class Recorder {
  readonly #spool: Spool;
  readonly #clock: Clock;
  /** This agent, as the actor of what it does by itself. */
  readonly self: AuditActor;

  constructor(spool: Spool, clock: Clock, self: AuditActor) {
    this.#spool = spool;
    this.#clock = clock;
    this.self = self;
  }

  /** Resolves with the event's id once it is durable; rejects with `audit.unavailable`. */
  async record(facts: AuditFacts): Promise<string> {
    const { id, durable } = this.begin(facts);
    await durable;
    return id;
  }

  /** The event's id at once, and a promise that settles as `record` does. */
  begin(facts: AuditFacts): { id: string; durable: Promise<void> } {
    const id = uuidv7();
    const { reason } = facts;
    const short = reason === undefined ? {} : { reason: trimmed(reason, REASON_MAX) };
    const appended = this.#spool.append({ id, at: isoTime(this.#clock.now()), ...facts, ...short });
    return { id, durable: appended.then(() => undefined) };
  }
}
