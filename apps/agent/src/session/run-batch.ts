import { PosternError } from '@postern/core/errors';
import { WRITING_PERMISSIONS } from '@postern/core/policy';
import {
  type StatementClass,
  sessionAfter,
  sessionDuring,
  sessionOutsideTransaction,
} from '@postern/core/sql';
import { mayMove } from '../targets/session-place.js';
import {
  type Executed,
  isServerError,
  SessionLost,
  StatementStopped,
  type TargetSession,
} from '../targets/target-session.js';
import type { Delivery } from './delivery.js';
import type { RunFailure, StatementResult } from './outcome.js';
import { valuesOf } from './statement-values.js';
import { type Run, RunStopped, type StopReason } from './tabs.js';

const QUERY_CANCELED = '57014';
const NOT_IN_BLOCK = '25001';
/** Characters of all results of a text: what one run may take of the agent's memory. */
const CHARS_MAX = 64 * 1024 * 1024;

/** Statements that make or end transactions themselves, and those that PostgreSQL refuses inside a block. */
const UNWRAPPABLE = new Set([
  'BEGIN',
  'START TRANSACTION',
  'COMMIT',
  'ROLLBACK',
  'SAVEPOINT',
  'RELEASE',
  'ROLLBACK TO SAVEPOINT',
  'PREPARE TRANSACTION',
  'COMMIT PREPARED',
  'ROLLBACK PREPARED',
  'VACUUM',
  'CREATE DATABASE',
  'DROP DATABASE',
  'CREATE TABLESPACE',
  'DROP TABLESPACE',
  'ALTER SYSTEM',
]);

/** How a text is run. */
export interface BatchOptions {
  readonly maxRows: number;
  /** Absent: results are kept and handed over together. */
  readonly delivery?: Delivery;
  /** What changes something opens a transaction that stays open, where none is. */
  readonly isManual?: boolean;
  /** Rows that each statement must touch; with another number all of them are rolled back. */
  readonly expectRows?: readonly number[];
  /** What `$1` and those behind it stand for. */
  readonly values?: readonly (string | null)[];
}

export interface BatchResult {
  readonly results: StatementResult[];
  readonly failure: RunFailure | null;
}

/**
 * Runs the statements of a text that was allowed as a whole, each alone by the extended protocol, and stops at the first failure.
 *
 * A text of several statements is one transaction, as in one message of the simple protocol ("52.2.2.1 Multiple
 * Statements in a Simple Query"): since each is sent alone here, BEGIN and COMMIT stand around them. (psql differs for
 * typed input: it cuts the text itself and commits each statement.) Not so when the text has transaction control of its
 * own, when the tab is inside a transaction already, or with statements that cannot run in a block. Where numbers of rows are
 * expected it is one as well; inside an open transaction a savepoint takes its place.
 */
export async function runBatch(
  run: Run,
  session: TargetSession,
  sql: string,
  statements: readonly StatementClass[],
  options: BatchOptions,
): Promise<BatchResult> {
  const frame = frameFor(session, statements, options);
  const results: StatementResult[] = [];
  let current: StatementClass | undefined;
  let charsLeft = CHARS_MAX;
  try {
    if (frame.before !== undefined) await session.control(frame.before);
    for (const [index, statement] of statements.entries()) {
      current = statement;
      if (run.stopped) throw new RunStopped('stopped');
      const text = sql.slice(statement.start, statement.end);
      const { result, chars } = await runOne(session, statement, text, options, charsLeft);
      charsLeft -= chars;
      results.push(result);
      options.delivery?.complete(result);
      checkRows(result, options.expectRows?.[index]);
    }
    if (frame.after !== undefined) await session.control(frame.after);
    forgetTransaction(session);
    return { results, failure: null };
  } catch (error) {
    const failure = failureOf(error, run, sql, current);
    const { undo } = frame;
    if (undo !== undefined && session.ended === undefined) await session.control(undo).catch(() => undefined);
    forgetTransaction(session);
    if (undo === undefined) return { results, failure };
    return { results, failure: { ...failure, fix: failure.fix ?? rolledBack(failure) } };
  }
}

/** What stands around the statements of a text. */
interface Frame {
  readonly before?: string;
  readonly after?: string;
  readonly undo?: string;
}

const WHOLE: Frame = { before: 'BEGIN', after: 'COMMIT', undo: 'ROLLBACK' };
/** The transaction stays open for the person to end. */
const OPENING: Frame = { before: 'BEGIN', undo: 'ROLLBACK' };
const INSIDE: Frame = {
  before: 'SAVEPOINT postern_run',
  after: 'RELEASE SAVEPOINT postern_run',
  undo: 'ROLLBACK TO SAVEPOINT postern_run',
};

function frameFor(
  { transaction }: TargetSession,
  statements: readonly StatementClass[],
  { isManual = false, expectRows }: BatchOptions,
): Frame {
  const canWrap = !statements.some(({ kind }) => UNWRAPPABLE.has(kind));
  if (expectRows !== undefined && !canWrap) {
    throw new PosternError('input.invalid', 'this text can not be undone, so it runs without expected rows', {
      fix: 'leave out what begins or ends transactions',
    });
  }
  if (!canWrap || transaction === 'failed') return {};
  if (transaction === 'open') return expectRows === undefined ? {} : INSIDE;
  const isWriting = statements.some(({ required }) => (required & WRITING_PERMISSIONS) !== 0);
  if (isManual && isWriting) return expectRows === undefined ? { before: 'BEGIN' } : OPENING;
  return statements.length > 1 || expectRows !== undefined ? WHOLE : {};
}

class UnexpectedRows extends Error {
  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super('unexpected rows');
  }
}

function checkRows({ rowCount }: StatementResult, expected: number | undefined): void {
  const actual = rowCount ?? 0;
  if (expected !== undefined && actual !== expected) throw new UnexpectedRows(expected, actual);
}

/** Runs one statement and keeps the session's memory: what it prepared or declared counts once it succeeded. */
async function runOne(
  session: TargetSession,
  statement: StatementClass,
  text: string,
  { maxRows, delivery, values = [] }: BatchOptions,
  charsLeft: number,
): Promise<{ result: StatementResult; chars: number }> {
  session.memory = sessionDuring(session.memory, statement);
  if (mayMove(statement)) session.moved();
  const before = delivery?.sent.rows ?? 0;
  const stream = delivery?.begin(statement, maxRows, session);
  const bound = valuesOf(statement, text, values);
  const executed = await session.execute(text, { rows: maxRows, chars: charsLeft }, stream, bound);
  session.memory = sessionAfter(session.memory, statement);
  const shown = delivery ? delivery.sent.rows - before : executed.rows.length;
  return { result: resultOf(statement, executed, shown), chars: executed.chars };
}

/** Cursors end with their transaction, however it ended. */
function forgetTransaction(session: TargetSession): void {
  if (session.transaction === 'idle') session.memory = sessionOutsideTransaction(session.memory);
}

function rolledBack({ sqlstate }: RunFailure): string {
  const base = 'the text ran as one transaction, which was rolled back: nothing of it stays';
  return sqlstate === NOT_IN_BLOCK ? `${base}; run this statement alone` : base;
}

function resultOf({ index, kind }: StatementClass, executed: Executed, shown: number): StatementResult {
  const { tag, truncated, rows, columns, durationMs, notices } = executed;
  return {
    statement: index,
    command: tag ?? (kind === 'SELECT' ? `SELECT ${shown}` : kind),
    columns,
    rows,
    rowCount: rowCountOf(tag, truncated, kind, shown),
    truncated,
    durationMs,
    notices,
  };
}

/** The count in a command tag ("INSERT 0 5", "SELECT 10"); a result that the cap cut has no tag to tell what it changed. */
function rowCountOf(tag: string | undefined, truncated: boolean, kind: string, rows: number): number | null {
  if (tag === undefined) return truncated && kind === 'SELECT' ? rows : null;
  const count = /\s(\d+)$/.exec(tag)?.[1];
  return count === undefined ? null : Number(count);
}

export const STOPPED: Readonly<Record<StopReason, RunFailure>> = {
  cancelled: { code: 'sql.cancelled', message: 'the statement was cancelled' },
  access_changed: {
    code: 'sql.denied',
    message: 'your access changed while this ran, so it was stopped',
    fix: 'look at your permissions on this connection',
  },
  shutting_down: { code: 'sql.cancelled', message: 'the statement was cancelled because the agent stops' },
};

function failureOf(error: unknown, run: Run, sql: string, at: StatementClass | undefined): RunFailure {
  const statement = at === undefined ? {} : { statement: at.index };
  const isCancel = isServerError(error) && error.code === QUERY_CANCELED;
  if (run.stopped && (isCancel || error instanceof RunStopped || error instanceof SessionLost)) {
    return { ...STOPPED[run.stopped], ...statement };
  }
  if (error instanceof UnexpectedRows) return { ...conflictFailure(error), ...statement };
  if (error instanceof StatementStopped) return { ...stoppedFailure(error), ...statement };
  if (error instanceof SessionLost) {
    const fix = 'run it again: the tab gets a new session; whether the statement took effect is not known';
    return { code: 'sql.failed', message: error.message, fix, ...statement };
  }
  if (!isServerError(error)) throw error;
  const position = positionIn(sql, at, error.position);
  return {
    code: 'sql.failed',
    message: error.message,
    sqlstate: error.code,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(position === undefined ? {} : { position }),
    ...statement,
  };
}

function conflictFailure({ expected, actual }: UnexpectedRows): RunFailure {
  const found = actual === 0 ? 'no row' : `${actual} rows`;
  const why = actual < expected ? ': somebody changed or deleted the row meanwhile' : '';
  return {
    code: 'sql.failed',
    message: `the statement touched ${found} instead of ${expected}${why}`,
    fix: 'everything was rolled back; load the rows again and look at what is there now',
    conflict: { expected, actual },
  };
}

function stoppedFailure({ reason }: StatementStopped): RunFailure {
  if (reason === 'too_large') {
    const fix = 'select fewer columns or rows';
    return { code: 'sql.failed', message: 'the result is larger than 64 MB, so it was stopped', fix };
  }
  const fix = 'run the query itself: its rows are shown here';
  return { code: 'sql.failed', message: 'the console can not show COPY data', fix };
}

/** PostgreSQL counts characters of the statement from 1; the console UTF-16 units of the whole text from 0. */
function positionIn(
  sql: string,
  at: StatementClass | undefined,
  position: string | undefined,
): number | undefined {
  const count = Number(position);
  if (at === undefined || !Number.isInteger(count) || count < 1) return undefined;
  let offset = at.start;
  for (let left = count - 1; left > 0 && offset < at.end; left--) {
    offset += (sql.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}
