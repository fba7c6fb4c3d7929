import { isIPv6 } from 'node:net';
import type { ReadableEvent } from '@postern/core/audit';
import { auditRow } from '../audit/audit-row.js';
import type { StoredRow } from './chain.store.js';

/** The environment is the agent's and the place in the chain is checked by itself; all else follows from the event. */
const PLACE = { agentId: null, environmentId: null, seq: 0, hash: '' };

const COLUMNS = [
  'id',
  'at',
  'kind',
  'path',
  'actorId',
  'actorLabel',
  'decision',
  'connectionSlug',
  'required',
  'relations',
  'clientAddress',
  'clientApplication',
  'intentId',
  'searchText',
] as const;
/** A decision's come with another event (`wrongOutcome`). */
const OUTCOME = ['status', 'durationMs', 'rowCount', 'resultBytes', 'sqlstate'] as const;

/** PostgreSQL and Node may write the same address differently. */
const addressText = (value: unknown): unknown =>
  typeof value === 'string' && isIPv6(value) ? new URL(`http://[${value}]`).hostname : value;

function comparable(column: string, value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return String(value.getTime());
  if (column === 'at') return String(Date.parse(String(value)));
  // What UTF-8 can not hold was replaced when it was stored.
  return JSON.stringify(column === 'clientAddress' ? addressText(value) : value).replace(
    /\\ud[89a-f]\w\w/g,
    '\uFFFD',
  );
}

/** Name of the first column that says something else than the event; undefined when all agree. */
export function differingColumn(row: StoredRow, event: ReadableEvent): string | undefined {
  const made: Record<string, unknown> = auditRow(event, PLACE);
  const columns = event.kind === 'statement.decided' ? COLUMNS : [...COLUMNS, ...OUTCOME];
  return columns.find((column) => comparable(column, row[column]) !== comparable(column, made[column]));
}
