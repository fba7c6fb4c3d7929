import { PERMISSION_BIT } from '@postern/core/policy';
import type { StatementClass } from '@postern/core/sql';
import type { Governor } from '../session/govern.js';
import { rowCapOf } from '../session/run-statement.js';
import type { OwnName } from '../targets/own-name.js';
import type { ErrorFields } from './codec/backend.js';
import { flushMessage, parseMessage } from './codec/frontend.js';
import type { Ended, Flight, Flying } from './flight.js';
import type { Admitted, Found, Gate, Question } from './gate.js';
import type { SessionNames } from './names.js';
import { REFUSED_TEXT, tooManyRows } from './refusal.js';
import { Work } from './work.js';

/** What the parts of one session share that turn messages of the client into messages to the server. */
export interface Conversation {
  readonly governor: Governor;
  /** Its slug. */
  readonly connection: string;
  readonly gate: Gate;
  readonly flight: Flight;
  readonly names: SessionNames;
  readonly name: OwnName;
  /** Texts that were admitted and have not come to their end. */
  readonly works: Set<Work>;
  /** For the server, gathered until there is nothing more to be looked at, or somebody waits for an answer. */
  send(bytes: Buffer): void;
  flush(): void;
  /** Nothing of the session can be relied on any more. */
  broken(error: unknown): void;
  /** What goes on later with a message that answered with {@link LATER}: its end is the end of the message. */
  later<Value>(goOn: (value: Value) => unknown): (value: Value) => void;
}

/** The message is not dealt with before what was made by `later` has been called. */
export const LATER = Symbol('later');
export type Task = undefined | Promise<unknown> | typeof LATER;

/** Goes on at once where all that the decision takes is known. `otherwise` gets what the client is to be told. */
export function whenAllowed(
  { gate, flush, later }: Conversation,
  question: Question,
  then: (found: Found) => unknown,
  otherwise: (error: unknown) => unknown,
): Task {
  const found = gate.allowedNow(question);
  if (found) {
    then(found);
    return undefined;
  }
  // It may take a while.
  flush();
  gate.whenAllowed(question, later(then), later(otherwise));
  return LATER;
}

/** Begins what was admitted; `end` records what came of it. */
export function begin(
  { governor, names, works }: Conversation,
  { text, allowed, decision, intentId }: Admitted,
  onCommand?: () => void,
): { work: Work; end(how: Ended, sqlstate?: string): void } {
  const work = new Work(decision.required, onCommand);
  works.add(work);
  const end = (how: Ended, sqlstate?: string) => {
    works.delete(work);
    if (how === 'failed' && sqlstate !== undefined) work.failed(sqlstate);
    governor.ran(text, names.memory);
    governor.finish(text, allowed, intentId, work.outcome(how === 'done'));
  };
  return { work, end };
}

/** Rows that the client may get of one result; infinite for those who may export. */
export function rowsAllowed(decision: Admitted['decision']): number {
  const mayExport = (decision.held & PERMISSION_BIT.export) !== 0;
  return mayExport ? Number.POSITIVE_INFINITY : rowCapOf(decision);
}

/** What comes next depends on how it ended: on names, settings, transactions, or code that may change any of them. */
export function hasEffect(statement: StatementClass): boolean {
  const { required, effect, storesCode, searched, kind } = statement;
  const runsCode = (required & (PERMISSION_BIT.execute | PERMISSION_BIT.admin)) !== 0;
  return (
    effect !== undefined ||
    storesCode === true ||
    searched !== undefined ||
    runsCode ||
    kind.startsWith('COPY')
  );
}

/**
 * Makes the server fail as it would have failed by the refused message: transaction state, skipping to Sync and pipelines stay
 * its own. `name`: of the statement that was to be made; a Parse under a name touches no other statement, and failing it makes
 * none. Nothing of the refused text is sent.
 */
export function refuse(
  { flight, send }: Pick<Conversation, 'flight' | 'send'>,
  instead: ErrorFields,
  of: { name?: string; ended?: Flying['ended'] } = {},
): Flying | undefined {
  const { name = 'postern', ended } = of;
  if (flight.isSkipping) return undefined;
  const flying = flight.add({ what: 'parse', instead, ...(ended === undefined ? {} : { ended }) });
  send(parseMessage(name, REFUSED_TEXT));
  return flying;
}

/** Waits until a message is answered, which the server would otherwise do at the next Sync. */
export function answered(
  { flight, send }: Pick<Conversation, 'flight' | 'send'>,
  flying: Flying,
  or: { orCopying?: boolean } = {},
): Promise<Ended> {
  send(flushMessage());
  return flight.ended(flying, or);
}

export const overCap = (decision: Admitted['decision']): ErrorFields => tooManyRows(rowCapOf(decision));
