import {
  type AuditEvent,
  CHAIN_START,
  type ChainedEvent,
  canonicalJson,
  followsChain,
} from '@postern/core/audit';
import type { Executed } from './database-log.js';
import { type Journal, marksIn } from './journal.js';

/** Three independent accounts of the same hours, and the clients' own. */
export interface Ledgers {
  /** What clients sent and were told. */
  readonly journal: Journal;
  /** What the database logged before it ran it. */
  readonly executed: readonly Executed[];
  /** What stands in the agent's segment files. */
  readonly segments: readonly ChainedEvent[];
  /** What the control plane keeps. */
  readonly received: readonly ChainedEvent[];
  /** Texts that the agent runs in a person's session for itself. */
  readonly agentsOwn: readonly RegExp[];
}

export interface Comparison {
  /** Executed, and not in the audit. */
  readonly lost: string[];
  /** In the audit more often than it was sent, or under one number or id twice. */
  readonly repeated: string[];
  /** In the audit otherwise than it happened. */
  readonly altered: string[];
  readonly executions: number;
  readonly intents: number;
  readonly refusals: number;
  /** Intents without an end: the agent died in between. */
  readonly unknown: number;
  readonly events: number;
}

interface Decided {
  readonly seq: number;
  readonly event: AuditEvent;
}

/** Everything that one statement's mark leads to. */
interface Trace {
  readonly executed: Executed[];
  readonly intents: Decided[];
  readonly refusals: Decided[];
}

/**
 * In whose name the agent opened the session: `postern:<e-mail>`, and behind it what the client calls itself. Undefined: a session of its
 * own, like `postern:catalog`.
 */
const personOf = ({ application }: Executed): string | undefined =>
  /^postern:(\S+@\S+)/.exec(application)?.[1];
const isPersons = (line: Executed): boolean => personOf(line) !== undefined;

/** Compares the ledgers. Nothing wrong: the first three lists are empty. */
export function compareLedgers(ledgers: Ledgers): Comparison {
  const { segments, received, executed } = ledgers;
  const found = { lost: [] as string[], repeated: [] as string[], altered: [] as string[] };
  checkChain('the segments', segments, found);
  checkChain('the control plane', received, found);
  checkSame(segments, received, found);
  const { unknown } = checkEvents(segments, found);
  const traces = tracesOf(ledgers, found);
  for (const [mark, trace] of traces) checkTrace(mark, trace, ledgers.journal, found);
  checkSessions(traces, found);
  const decided = [...traces.values()];
  return {
    ...found,
    executions: executed.filter(isPersons).length,
    intents: decided.reduce((sum, { intents }) => sum + intents.length, 0),
    refusals: decided.reduce((sum, { refusals }) => sum + refusals.length, 0),
    unknown,
    events: received.length,
  };
}

type Found = Pick<Comparison, 'lost' | 'repeated' | 'altered'>;

/** Numbers from 1 without a gap, each hash over what stands there and over the one before it. */
function checkChain(where: string, events: readonly ChainedEvent[], found: Found): void {
  let previous = CHAIN_START;
  for (const [index, link] of events.entries()) {
    if (link.seq !== index + 1) {
      const kind = link.seq <= index ? found.repeated : found.lost;
      kind.push(`${where}: number ${link.seq} stands where ${index + 1} belongs`);
      return;
    }
    if (!followsChain(previous, link)) found.altered.push(`${where}: the hash of ${link.seq} is not right`);
    previous = link.hash;
  }
}

function checkSame(segments: readonly ChainedEvent[], received: readonly ChainedEvent[], found: Found): void {
  for (const link of segments) {
    const other = received[link.seq - 1];
    if (other === undefined) found.lost.push(`event ${link.seq} is in the segments only`);
    else if (canonicalJson(other) !== canonicalJson(link)) found.altered.push(`event ${link.seq} differs`);
  }
  for (const link of received.slice(segments.length)) {
    found.lost.push(`event ${link.seq} is at the control plane only`);
  }
}

/** Every id once; every end belongs to one beginning that stands before it. */
function checkEvents(events: readonly ChainedEvent[], found: Found): { unknown: number } {
  const ids = new Set<string>();
  const open = new Set<string>();
  const ended = new Set<string>();
  for (const { seq, event } of events) {
    if (ids.has(event.id)) found.repeated.push(`event ${seq} has the id of an earlier one`);
    ids.add(event.id);
    if (event.kind === 'statement.decided' && event.decision === 'allowed') open.add(event.id);
    if (event.kind !== 'statement.finished') continue;
    const { intentId = '' } = event;
    if (ended.has(intentId)) found.repeated.push(`event ${seq} is a second end of ${intentId}`);
    else if (!open.delete(intentId)) found.lost.push(`event ${seq} is the end of nothing that began`);
    ended.add(intentId);
  }
  return { unknown: open.size };
}

function tracesOf({ journal, executed, segments, agentsOwn }: Ledgers, found: Found): Map<string, Trace> {
  const traces = new Map<string, Trace>();
  const traceOf = (mark: string): Trace => {
    const known = traces.get(mark) ?? { executed: [], intents: [], refusals: [] };
    traces.set(mark, known);
    return known;
  };
  for (const mark of journal.said.keys()) traceOf(mark);
  const unmarked: Executed[] = [];
  for (const line of executed) {
    if (!isPersons(line)) continue;
    const marks = marksIn(line.text);
    for (const mark of marks) traceOf(mark).executed.push(line);
    if (marks.length === 0 && !agentsOwn.some((own) => own.test(line.text))) unmarked.push(line);
  }
  checkUnmarked(unmarked, segments, found);
  for (const { seq, event } of segments) {
    if (event.kind !== 'statement.decided') continue;
    for (const mark of marksIn(event.statement?.text ?? '')) {
      const { intents, refusals } = traceOf(mark);
      (event.decision === 'allowed' ? intents : refusals).push({ seq, event });
    }
  }
  return traces;
}

/** Texts without a mark are counted by person and text. */
function checkUnmarked(lines: readonly Executed[], segments: readonly ChainedEvent[], found: Found): void {
  const intents = new Map<string, number>();
  const key = (person: string, text: string): string => `${person} ${text}`;
  for (const { event } of segments) {
    if (event.kind !== 'statement.decided' || event.decision !== 'allowed') continue;
    const of = key(event.actor.label, event.statement?.text ?? '');
    intents.set(of, (intents.get(of) ?? 0) + 1);
  }
  for (const line of lines) {
    const { application, text } = line;
    const of = key(personOf(line) ?? '', text);
    const left = (intents.get(of) ?? 0) - 1;
    intents.set(of, left);
    if (left < 0) found.lost.push(`no intent for \`${text.slice(0, 200)}\`, which ran as ${application}`);
  }
}

function checkTrace(mark: string, trace: Trace, journal: Journal, found: Found): void {
  const { executed, intents, refusals } = trace;
  const said = journal.said.get(mark);
  if (said === undefined) return void found.altered.push(`${mark} is on no client's list`);
  if (executed.length > intents.length)
    found.lost.push(`${mark} ran ${executed.length} times, with ${intents.length} intents: \`${said.text}\``);
  if (executed.length < said.succeeded)
    found.lost.push(`${mark} succeeded ${said.succeeded} times, the database has ${executed.length}`);
  if (intents.length + refusals.length > said.sent)
    found.repeated.push(`${mark} was sent ${said.sent} times, decided ${intents.length + refusals.length}`);
  if (refusals.length < said.refused) found.lost.push(`${mark} was refused, which is not in the audit`);
  for (const { seq, event } of [...intents, ...refusals]) {
    if (!(event.statement?.text ?? '').includes(said.text))
      found.altered.push(`event ${seq} has another text than \`${said.text}\``);
    if (event.actor.label !== said.person) found.altered.push(`event ${seq} names ${event.actor.label}`);
  }
  for (const line of executed) {
    const { application, text } = line;
    if (personOf(line) !== said.person) found.altered.push(`${mark} ran as ${application}`);
    if (intents.length > 0 && !intents.some(({ event }) => event.statement?.text.includes(text.trim())))
      found.altered.push(`${mark} ran as \`${text}\`, which no intent says`);
  }
}

/** A session of the audit trail is one session of the database, and the other way round. */
function checkSessions(traces: ReadonlyMap<string, Trace>, found: Found): void {
  const auditOf = new Map<string, string>();
  const databaseOf = new Map<string, string>();
  for (const [mark, { executed, intents }] of traces) {
    const audit = intents[0]?.event.sessionId;
    for (const { session } of audit === undefined ? [] : executed) {
      if ((auditOf.get(session) ?? audit) !== audit || (databaseOf.get(audit ?? '') ?? session) !== session)
        found.altered.push(`${mark} is in the audit under another session than it ran in`);
      auditOf.set(session, audit ?? '');
      databaseOf.set(audit ?? '', session);
    }
  }
}
