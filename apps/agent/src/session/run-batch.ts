import {
  type StatementClass,
  sessionAfter,
  sessionDuring,
  sessionOutsideTransaction,
} from '@postern/core/sql';
import type { ResultLimits } from '../targets/statement.js';
import {
  type Executed,
  isServerError,
  SessionLost,
  StatementStopped,
  type TargetSession,
} from '../targets/target-session.js';
import type { RunFailure, StatementResult } from './outcome.js';
import type { Run, StopReason } from './tabs.js';

const QUERY_CANCELED = '57014';
const NOT_IN_BLOCK = '25001';
const NOTHING = { rows: 0, chars: 1_000 };
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
 * own, when the tab is inside a transaction already, or with statements that cannot run in a block.
 */
export async function runBatch(
  run: Run,
  session: TargetSession,
  sql: string,
  statements: readonly StatementClass[],
  maxRows: number,
): Promise<BatchResult> {
  const isWrapped =
    statements.length > 1 &&
    session.transaction === 'idle' &&
    !statements.some(({ kind }) => UNWRAPPABLE.has(kind));
  const results: StatementResult[] = [];
  let current: StatementClass | undefined;
  let charsLeft = CHARS_MAX;
  try {
    if (isWrapped) await session.execute('BEGIN', NOTHING);
    for (const statement of statements) {
      current = statement;
      if (run.stopped) throw new RunStopped();
      const text = sql.slice(statement.start, statement.end);
      const executed = await runOne(session, statement, text, { rows: maxRows, chars: charsLeft });
      charsLeft -= executed.chars;
      results.push(resultOf(statement, executed));
    }
    if (isWrapped) await session.execute('COMMIT', NOTHING);
    forgetTransaction(session);
    return { results, failure: null };
  } catch (error) {
    const failure = failureOf(error, run, sql, current);
    if (isWrapped && session.ended === undefined)
      await session.execute('ROLLBACK', NOTHING).catch(() => undefined);
    forgetTransaction(session);
    if (!isWrapped) return { results, failure };
    return { results, failure: { ...failure, fix: rolledBack(failure) } };
  }
}

/** Runs one statement and keeps the session's memory: what it prepared or declared counts once it succeeded. */
async function runOne(
  session: TargetSession,
  statement: StatementClass,
  text: string,
  limits: ResultLimits,
): Promise<Executed> {
  session.memory = sessionDuring(session.memory, statement);
  const executed = await session.execute(text, limits);
  session.memory = sessionAfter(session.memory, statement);
  return executed;
}

/** Cursors end with their transaction, however it ended. */
function forgetTransaction(session: TargetSession): void {
  if (session.transaction === 'idle') session.memory = sessionOutsideTransaction(session.memory);
}

/** Stopped between two statements. */
class RunStopped extends Error {}

function rolledBack({ sqlstate }: RunFailure): string {
  const base = 'the text ran as one transaction, which was rolled back: nothing of it stays';
  return sqlstate === NOT_IN_BLOCK ? `${base}; run this statement alone` : base;
}

function resultOf({ index, kind }: StatementClass, executed: Executed): StatementResult {
  const { tag, truncated, rows, columns, durationMs, notices } = executed;
  return {
    statement: index,
    command: tag ?? (kind === 'SELECT' ? `SELECT ${rows.length}` : kind),
    columns,
    rows,
    rowCount: rowCountOf(tag, truncated, kind, rows.length),
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

const STOPPED: Readonly<Record<StopReason, RunFailure>> = {
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
