import { type ErrorFields } from './codec/backend.js';
import { executeMessage, readBind, readExecute, readNamed, readParse } from './codec/frontend.js';
import {
  answered,
  begin,
  type Conversation,
  hasEffect,
  LATER,
  overCap,
  refuse,
  rowsAllowed,
  type Task,
  whenAllowed,
} from './conversation.js';
import type { Ended } from './flight.js';
import type { Admitted, Found, Question } from './gate.js';
import { putNameBack, renames } from './keep-name.js';
import type { Portal, Prepared } from './names.js';
import { askForTypes, boundTo, NO_PARAMETERS } from './parameter-types.js';
import { refusalOf } from './refusal.js';

/** Names that the server and the agent read alike: longer ones it would cut off, others depend on its encoding. */
const NAME = /^[\x20-\x7e]{0,63}$/;

const badName: ErrorFields = {
  severity: 'ERROR',
  code: '42622',
  message: 'names of prepared statements and portals are at most 63 ASCII characters here',
};
const noStatement = (name: string): ErrorFields => ({
  severity: 'ERROR',
  code: '26000',
  message:
    name === '' ? 'unnamed prepared statement does not exist' : `prepared statement "${name}" does not exist`,
});
const noPortal = (name: string): ErrorFields => ({
  severity: 'ERROR',
  code: '34000',
  message: `portal "${name}" does not exist`,
});

function refusedBy(talk: Conversation, instead: ErrorFields): undefined {
  refuse(talk, instead);
  return undefined;
}

/** Parse: where the decision falls first. */
export function parse(talk: Conversation, raw: Buffer, arrivedAt: number): Task {
  const { flight, names, send } = talk;
  const { name, text, parameterTypes } = readParse(raw);
  if (!NAME.test(name)) return refusedBy(talk, badName);
  const before = names.statements.get(name);
  // Parsing a new unnamed statement drops the one before it at once, and what is under a name stays when another fails.
  const ended = (how: Ended) => {
    if (how === 'done') return;
    if (before && (how === 'skipped' || name !== '')) names.statements.set(name, before);
    else names.statements.delete(name);
  };
  const shown = text === undefined ? raw.toString('utf8') : undefined;
  const question = { sql: text, arrivedAt, parameterTypes, ...(shown === undefined ? {} : { shown }) };
  const allowed = () => {
    if (flight.isSkipping) return;
    names.takeStatement(name);
    const prepared: Prepared = { sql: text ?? '', parameterTypes, isReplaceable: false };
    names.statements.set(name, prepared);
    names.busy();
    flight.add({ what: 'parse', ended });
    send(raw);
    askForTypes(talk, name, prepared);
  };
  const refused = (error: unknown) => refuse(talk, refusalOf(error, text), { name, ended });
  return whenAllowed(talk, question, allowed, refused);
}

/** Bind: the server plans here, which may run functions, so it is decided about again. */
export function bind(talk: Conversation, raw: Buffer, arrivedAt: number): Task {
  const { flight, names, send } = talk;
  const { portal: name, statement, parameterCount } = readBind(raw);
  if (!NAME.test(name) || !NAME.test(statement)) return refusedBy(talk, badName);
  const prepared = preparedAs(talk, statement);
  if (!prepared) return refusedBy(talk, noStatement(statement));
  const parameters = boundTo(talk, prepared, parameterCount, raw);
  const allowed = (found: Found) => {
    if (flight.isSkipping) return;
    const before = names.portals.get(name);
    names.takePortal(name);
    const portal = { prepared, parameters, epoch: names.epoch, rows: 0, isReplaceable: false };
    names.portals.set(name, portal);
    names.busy();
    flight.add({
      what: 'bind',
      ended: (how) => {
        if (names.portals.get(name) !== portal) return;
        if (how === 'done') names.bound(name, portal, found);
        else if (before && (how === 'skipped' || name !== '')) names.portals.set(name, before);
        else names.portals.delete(name);
      },
    });
    send(raw);
  };
  const refused = (error: unknown) => refuse(talk, refusalOf(error, prepared.sql));
  const { sql, parameterTypes, isReplaceable } = prepared;
  return whenAllowed(talk, { sql, parameterTypes, isReplaceable, arrivedAt, parameters }, allowed, refused);
}

export function describe(talk: Conversation, raw: Buffer, arrivedAt: number): Task {
  const { flight, names, send } = talk;
  const { kind, name } = readNamed(raw);
  if (!NAME.test(name)) return refusedBy(talk, badName);
  const allowed = () => {
    if (flight.isSkipping) return;
    names.busy();
    flight.add({ what: 'describe' });
    send(raw);
  };
  if (kind === 'portal') {
    if (!portalAs(talk, name)) return refusedBy(talk, noPortal(name));
    allowed();
    return undefined;
  }
  const prepared = preparedAs(talk, name);
  if (!prepared) return refusedBy(talk, noStatement(name));
  // A statement whose tables changed is analysed anew.
  const refused = (error: unknown) => refuse(talk, refusalOf(error, prepared.sql));
  const { sql, parameterTypes, isReplaceable } = prepared;
  return whenAllowed(talk, { sql, parameterTypes, isReplaceable, arrivedAt }, allowed, refused);
}

/** Close is never an error, and gives nothing away. */
export function close(talk: Conversation, raw: Buffer): undefined {
  const { flight, names, send } = talk;
  const { kind, name } = readNamed(raw);
  if (!NAME.test(name)) return refusedBy(talk, badName);
  const { statements, portals } = names;
  if (kind === 'statement') {
    names.takeStatement(name);
    flight.add({ what: 'close', ended: forgotten(statements, name) });
  } else {
    names.takePortal(name);
    flight.add({ what: 'close', ended: forgotten(portals, name) });
  }
  names.busy();
  send(raw);
  return undefined;
}

/** Forgets a name now; it comes back when the server did not get to it. */
function forgotten<Value>(map: Map<string, Value>, name: string): (how: Ended) => void {
  const before = map.get(name);
  map.delete(name);
  return (how) => {
    if (how !== 'done' && before !== undefined) map.set(name, before);
  };
}

/** Execute: what the policy, the catalog and the session say now counts, and the intent is recorded. */
export function execute(talk: Conversation, raw: Buffer, arrivedAt: number): Task {
  const { portal: name, maxRows } = readExecute(raw);
  if (!NAME.test(name)) return refusedBy(talk, badName);
  const portal = portalAs(talk, name);
  if (!portal) return refusedBy(talk, noPortal(name));
  const { gate, flight, later } = talk;
  const { prepared, parameters } = portal;
  const { sql, parameterTypes } = prepared;
  const isReplaceable = portal.isReplaceable || prepared.isReplaceable;
  const question: Question = { sql, parameterTypes, isReplaceable, arrivedAt, parameters };
  const admitted = (found: Admitted) =>
    run(talk, { admitted: found, portal, name, maxRows: Math.max(maxRows, 0), raw });
  const refused = (error: unknown) => void refuse(talk, refusalOf(error, sql));
  if (prepared.asking === undefined) {
    gate.whenAdmitted(question, later(admitted), later(refused));
    return LATER;
  }
  // The intent says them. Asked once a text and session.
  return answered(talk, prepared.asking).then(() =>
    flight.isSkipping ? undefined : gate.admitted(question).then(admitted, refused),
  );
}

function run(
  talk: Conversation,
  of: { admitted: Admitted; portal: Portal; name: string; maxRows: number; raw: Buffer },
): void | Promise<void> {
  const { flight, names, send } = talk;
  const { admitted, portal, name, maxRows, raw } = of;
  // Something before it failed meanwhile: the server would discard it.
  if (flight.isSkipping) return begin(talk, admitted).end('skipped');
  const [statement] = admitted.allowed.classification.statements;
  const left = Math.max(rowsAllowed(admitted.decision) - portal.rows, 0);
  const isCapped = left !== Number.POSITIVE_INFINITY && (maxRows === 0 || maxRows > left);
  const { work, end } = begin(talk, admitted);
  work.rowsLeft = left;
  if (statement) names.during(statement);
  names.busy();
  const executed = flight.add({
    what: 'execute',
    work,
    ended: (how, sqlstate) => {
      portal.rows += work.sent;
      if (how === 'done' && statement && !work.isSuspended) names.after(statement);
      end(how, work.isOver ? '42501' : sqlstate);
    },
  });
  send(isCapped ? executeMessage(name, left + 1) : raw);
  // The next part of a capped result must know how much of it was sent.
  const isCounted = left !== Number.POSITIVE_INFINITY;
  const isRenamed = statement !== undefined && renames(admitted.text.sql, statement);
  if (!isCounted && !isRenamed && !(statement && hasEffect(statement))) return;
  return answered(talk, executed, { orCopying: true }).then((how) => {
    if (work.isOver) refuse(talk, overCap(admitted.decision));
    else if (isRenamed && how === 'done') return putNameBack(talk, { sync: false });
    return undefined;
  });
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A statement by its name: the protocol's own, or what PREPARE made. */
function preparedAs({ names }: Conversation, name: string): Prepared | undefined {
  const own = names.statements.get(name);
  if (own || !names.memory.prepared.has(name)) return own;
  return { sql: `EXECUTE ${quoted(name)}`, parameterTypes: [], isReplaceable: false };
}

/** A portal by its name: the protocol's own, or what DECLARE made. */
function portalAs({ names }: Conversation, name: string): Portal | undefined {
  const own = names.portals.get(name);
  if (own || !names.memory.cursors.has(name)) return own;
  const prepared = { sql: `FETCH ALL FROM ${quoted(name)}`, parameterTypes: [], isReplaceable: false };
  return { prepared, parameters: NO_PARAMETERS, epoch: names.epoch, rows: 0, isReplaceable: false };
}
