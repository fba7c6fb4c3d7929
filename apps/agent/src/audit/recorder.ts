import {
  type AuditActor,
  type AuditEvent,
  type CanonicalForm,
  canonicalForm,
  trimmed,
} from '@postern/core/audit';
import { type Clock, isoTime } from '../clock.js';
import { EventIds } from './event-id.js';
import type { Appended } from './group.js';
import type { Spool } from './spool.js';

/** What happened; who numbers and dates it is the recorder. */
export type AuditFacts = Omit<AuditEvent, 'id' | 'at'>;

/**
 * Facts that many events share, as text. Open in it: `at`, `id`, and the members named, which are to be given in the order of their
 * names and stand behind these two in it.
 */
export const formOf = (facts: Partial<AuditFacts>, open: readonly (keyof AuditFacts)[] = []): CanonicalForm =>
  canonicalForm(facts, ['at', 'id', ...open]);

/** Longest reason kept, in UTF-8 bytes: it may quote names of any length. */
const REASON_MAX = 4_096;

/** The only way to an audit event: nothing else writes to the spool. */
export class Recorder {
  readonly #spool: Spool;
  readonly #clock: Clock;
  readonly #ids = new EventIds();
  #at = { ms: Number.NaN, text: '' };
  /** This agent, as the actor of what it does by itself. */
  readonly self: AuditActor;

  constructor(spool: Spool, clock: Clock, self: AuditActor) {
    this.#spool = spool;
    this.#clock = clock;
    this.self = self;
  }

  /** Resolves with the event's id once it is durable; rejects with `audit.unavailable`. */
  async record(facts: AuditFacts): Promise<string> {
    const { id, appended } = this.begin(facts);
    await appended.durable();
    return id;
  }

  /** The event's id at once, and how far it has come. */
  begin(facts: AuditFacts): { id: string; appended: Appended } {
    if (!this.#spool.isDiskFull) this.noticeRoom();
    const event = this.#event(facts);
    return { id: event.id, appended: this.#spool.append(event) };
  }

  /** The same of facts that are text already. Only for decisions about statements. */
  beginForm(form: CanonicalForm): { id: string; appended: Appended } {
    if (!this.#spool.isDiskFull) this.noticeRoom();
    const { id, at } = this.#next();
    const text = form(`"${at}"`, `"${id}"`);
    return { id, appended: this.#spool.appendText({ text, at, isReserved: false }) };
  }

  /** The same of how they ended. */
  noteForm(form: CanonicalForm, ...values: readonly string[]): Appended {
    const { id, at } = this.#next();
    const text = form(`"${at}"`, `"${id}"`, ...values);
    return this.#spool.appendText({ text, at, isReserved: true }, 'later');
  }

  /** For what nobody waits for: it may travel with the next event that somebody does wait for, a few milliseconds later. */
  note(facts: AuditFacts): Appended {
    return this.#spool.append(this.#event(facts), 'later');
  }

  /** Records what was left out for want of room, once there is some. To be called every second or so. */
  noticeRoom(): void {
    const gap = this.#spool.takeGap();
    if (!gap) return;
    const { events, from, to } = gap;
    const event = this.#event({
      kind: 'audit.gap_recorded',
      actor: this.self,
      reason: `${events} events between ${from} and ${to} were not recorded: there was no room for them`,
      after: { events, from, to },
    });
    this.#spool.appendGap(event).then(
      () => this.#spool.gapRecorded(),
      () => this.#spool.giveBack(gap),
    );
  }

  #event(facts: AuditFacts): AuditEvent {
    const event = { ...this.#next(), ...facts };
    if (facts.reason !== undefined) event.reason = trimmed(facts.reason, REASON_MAX);
    return event;
  }

  #next(): { id: string; at: string } {
    const ms = this.#clock.now();
    if (ms !== this.#at.ms) this.#at = { ms, text: isoTime(ms) };
    return { id: this.#ids.next(ms), at: this.#at.text };
  }
}
