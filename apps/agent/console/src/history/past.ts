import type { PastStatement } from '@postern/agent/console-kept';
import { plural } from '../results/format';
import { type HistoryEntry, matching } from './history';

/** Something that the person ran, here or in another browser. */
export interface PastRun {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly connection: string | null;
  readonly sql: string;
  readonly elapsedMs: number | null;
  readonly outcome: HistoryEntry['outcome'] | 'unknown';
  readonly summary: string;
  /** What `sql` lacks of the text that ran: this browser does not have it, and the audit trail keeps no more. */
  readonly lacks: 'values' | 'middle' | 'text' | null;
}

const ENDS = { succeeded: 'done', failed: 'failed', cancelled: 'cancelled' } as const;

function lacksOf({ sql, isRedacted, isShortened }: PastStatement): PastRun['lacks'] {
  if (sql === '') return 'text';
  if (isShortened) return 'middle';
  return isRedacted ? 'values' : null;
}

function summaryOf({ decision, reason, outcome }: PastStatement): string {
  if (decision === 'denied') return reason ?? 'not allowed';
  if (outcome === null) return 'how it ended is not known, or not yet';
  const { status, rows, sqlstate } = outcome;
  if (status === 'succeeded') return rows === null ? 'done' : plural(rows, 'row');
  return sqlstate === null ? status : `SQLSTATE ${sqlstate}`;
}

function fromTrail(statement: PastStatement): PastRun {
  const { id, at, connection, sql, kinds, decision, outcome } = statement;
  return {
    ...{ id, at: Date.parse(at), connection, elapsedMs: outcome?.durationMs ?? null },
    sql: sql === '' ? kinds.join('; ') : sql,
    outcome: decision === 'denied' ? 'refused' : outcome === null ? 'unknown' : ENDS[outcome.status],
    summary: summaryOf(statement),
    lacks: lacksOf(statement),
  };
}

const fromHere = (entry: HistoryEntry): PastRun => ({ ...entry, id: entry.auditId ?? entry.id, lacks: null });

/**
 * One list of what the audit trail has and what this browser remembers, newest first. What both have is shown as this browser has it:
 * with the whole text. `isAll`: the trail has no more pages; else what is older than its last page waits for the next.
 */
export function merged(
  entries: readonly HistoryEntry[],
  search: string,
  trail: readonly PastStatement[],
  isAll: boolean,
): PastRun[] {
  const here = new Map(entries.flatMap((entry) => (entry.auditId ? [[entry.auditId, entry]] : [])));
  const listed = new Set(trail.map(({ id }) => id));
  const oldest = isAll ? Number.NEGATIVE_INFINITY : Date.parse(trail.at(-1)?.at ?? '') || 0;
  const onlyHere = matching(entries, search).filter(
    ({ auditId, at }) => (auditId === undefined || !listed.has(auditId)) && at >= oldest,
  );
  const known = trail.map((statement) => {
    const entry = here.get(statement.id);
    return entry === undefined ? fromTrail(statement) : fromHere(entry);
  });
  return [...known, ...onlyHere.map(fromHere)].sort((left, right) => right.at - left.at);
}
