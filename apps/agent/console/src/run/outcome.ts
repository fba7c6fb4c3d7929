import type { ErrorDetail } from '../api/client';
import type { StreamEnd } from '../api/stream';
import type { HistoryEntry } from '../history/history';
import type { Values } from '../parameters/placeholders';
import { plural } from '../results/format';
import type { ResultSet } from '../results/result-set';
import type { Shape } from '../results/shape';
import type { Outcome } from '../tabs/model';

/** Errors that mean "Postern said no", not "something broke". */
export function isRefusal(error: ErrorDetail): boolean {
  return error.code === 'sql.denied' || error.code === 'sql.refused';
}

export interface Sent {
  readonly id: number;
  readonly connection: string;
  readonly sql: string;
  readonly offset: number;
  readonly firstLine: number;
  readonly parameters?: Values | undefined;
  readonly shape?: Shape | undefined;
}

export function outcomeOf(
  sent: Sent,
  results: readonly ResultSet[],
  end: Pick<StreamEnd, 'error' | 'auditId' | 'place'> | undefined,
  elapsedMs: number,
): Outcome {
  const { error = null, auditId = null, place } = end ?? {};
  return { ...sent, elapsedMs, results, error, auditId, place };
}

export function outcomeOfError(
  sent: Sent,
  results: readonly ResultSet[],
  error: ErrorDetail,
  elapsedMs: number,
): Outcome {
  return { ...sent, elapsedMs, results, error, auditId: error.auditId ?? null };
}

function endOf(error: ErrorDetail | null): HistoryEntry['outcome'] {
  if (error === null) return 'done';
  if (isRefusal(error)) return 'refused';
  return error.code === 'sql.cancelled' ? 'cancelled' : 'failed';
}

function summaryOf({ results, error }: Outcome): string {
  if (error !== null) return error.message;
  const rows = results.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
  const last = results.at(-1);
  if (last === undefined) return 'done';
  return results.some(({ rowCount }) => rowCount !== null) ? plural(rows, 'row') : last.command;
}

/** What history keeps of a run. */
export function historyEntryOf(outcome: Outcome, id: string, at: number): HistoryEntry {
  const { connection, sql, elapsedMs, error, auditId } = outcome;
  const entry = { id, at, connection, sql, elapsedMs, outcome: endOf(error), summary: summaryOf(outcome) };
  return auditId === null ? entry : { ...entry, auditId };
}
