import type { StatementClass } from '@postern/core/sql';
import type { ErrorFields } from './codec/backend.js';
import {
  bindMessage,
  describeMessage,
  executeMessage,
  flushMessage,
  parseMessage,
  queryMessage,
  readQuery,
  syncMessage,
} from './codec/frontend.js';
import { answered, begin, type Conversation, overCap, refuse, rowsAllowed } from './conversation.js';
import type { Ended, Flying } from './flight.js';
import type { Admitted } from './gate.js';
import { hidesName, putNameBack, renames } from './keep-name.js';
import { charactersBefore, REFUSED_TEXT, refusalOf } from './refusal.js';
import type { Work } from './work.js';

/** A Query message: all its statements are decided about before any of them is sent. Resolves when the server is ready again. */
export async function simpleQuery(talk: Conversation, raw: Buffer, arrivedAt: number): Promise<void> {
  const { gate, flight, names } = talk;
  await settled(talk);
  // One that the server will not look at either.
  if (flight.isSkipping) return;
  const { text } = readQuery(raw);
  names.forgetUnnamed();
  const question = { sql: text, shown: raw.subarray(5, -1).toString('utf8'), arrivedAt };
  let admitted: Admitted;
  try {
    const { allowed } = await gate.allowed(question);
    if (allowed.classification.statements.length === 0) return await ask(talk, queryMessage(''));
    admitted = await gate.admitted(question);
  } catch (error) {
    return ask(talk, queryMessage(REFUSED_TEXT), { instead: refusalOf(error, text) });
  }
  const { statements } = admitted.allowed.classification;
  const isUncapped = rowsAllowed(admitted.decision) === Number.POSITIVE_INFINITY;
  if (isUncapped && !hidesName(admitted.text.sql, statements)) return whole(talk, admitted, raw);
  return oneByOne(talk, admitted);
}

/** Waits until all that was sent before without a Sync is answered: did it fail, the server discards what comes. */
async function settled({ flight, send }: Conversation): Promise<void> {
  const { last } = flight;
  if (last === undefined) return;
  send(flushMessage());
  await flight.ended(last);
}

/** Sends something that ReadyForQuery answers, and waits for it. */
async function ask(talk: Conversation, bytes: Buffer, more: Partial<Flying> = {}): Promise<void> {
  const { flight, names, send } = talk;
  const flying = flight.add({ what: 'query', ...more });
  names.asked();
  send(bytes);
  await flight.ended(flying);
}

/** A call by the fast path can not be looked into, so none is sent: the server fails as after any other error. */
export async function functionCall(talk: Conversation): Promise<void> {
  await settled(talk);
  if (talk.flight.isSkipping) return;
  await ask(talk, queryMessage(REFUSED_TEXT), {
    instead: {
      severity: 'ERROR',
      code: '0A000',
      message: 'function calls by the fast path are not taken here',
      hint: 'call the function in a SELECT',
    },
  });
}

/** As it came: what several statements in one message mean to each other stays the server's business. */
async function whole(talk: Conversation, admitted: Admitted, raw: Buffer): Promise<void> {
  const { names } = talk;
  const { statements } = admitted.allowed.classification;
  let next = 0;
  const start = () => {
    const statement = statements[next];
    if (statement) names.during(statement);
  };
  const { work, end } = begin(talk, admitted, () => {
    const statement = statements[next];
    if (statement) names.after(statement);
    next += 1;
    start();
  });
  start();
  const ended = (how: Ended, sqlstate?: string) => {
    // As many answers as statements, or they can not be told apart.
    if (how === 'done' && next !== statements.length) names.forgetAll();
    end(how, sqlstate);
  };
  await ask(talk, raw, { work, ended });
}

/**
 * For those whose results are capped, and where something would run under a changed application_name: each statement by the extended protocol, which alone can stop a result before it is
 * complete, so that what a statement did is undone with it. Without a Sync in between they are one implicit transaction, as in one
 * message of the simple protocol (PostgreSQL docs, "Pipelining").
 */
async function oneByOne(talk: Conversation, admitted: Admitted): Promise<void> {
  const { flight, names, send } = talk;
  const { sql } = admitted.text;
  const { work, end } = begin(talk, admitted);
  names.busy();
  let how: Ended = 'done';
  for (const statement of admitted.allowed.classification.statements) {
    how = await runOne(talk, admitted, { work, statement, sql });
    if (how !== 'done') break;
  }
  const sync = flight.add({
    what: 'sync',
    ended: (synced, sqlstate) => end(how === 'done' ? synced : how, sqlstate),
  });
  names.asked();
  send(syncMessage());
  await flight.ended(sync);
}

async function runOne(
  talk: Conversation,
  { decision }: Admitted,
  of: { work: Work; statement: StatementClass; sql: string },
): Promise<Ended> {
  const { flight, names, send } = talk;
  const { work, statement, sql } = of;
  // Stopped between two statements.
  if (work.stopped) return await refused(talk, work, work.stopped);
  const cap = rowsAllowed(decision);
  work.rowsLeft = cap;
  work.isSuspended = false;
  names.during(statement);
  const shift = charactersBefore(sql, statement.start);
  const own = { hidden: true, shift, work };
  flight.add({ what: 'parse', ...own });
  flight.add({ what: 'bind', ...own });
  flight.add({ what: 'describe', ...own });
  const executed = flight.add({ what: 'execute', shift, work });
  send(
    Buffer.concat([
      parseMessage('', sql.slice(statement.start, statement.end)),
      bindMessage('', ''),
      describeMessage({ kind: 'portal', name: '' }),
      executeMessage('', cap === Number.POSITIVE_INFINITY ? 0 : cap + 1),
    ]),
  );
  const how = await answered(talk, executed);
  if (how !== 'done') return how;
  if (!work.isOver) {
    names.after(statement);
    if (renames(sql, statement)) await putNameBack(talk, { sync: false });
    return how;
  }
  return refused(talk, work, overCap(decision));
}

async function refused(talk: Conversation, work: Work, instead: ErrorFields): Promise<Ended> {
  work.failed(instead.code);
  const flying = refuse(talk, instead);
  return flying ? talk.flight.ended(flying) : 'skipped';
}
