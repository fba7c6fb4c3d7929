import type { AuditEvent, AuditOutcome } from '@postern/core/audit';
import type { PoolClient } from 'pg';
import type { AuditConditions } from './audit-filter.js';

/** Place of a row in the order newest first. `at` as PostgreSQL takes it, to the millisecond. */
export interface AuditKey {
  at: string;
  id: string;
}

export interface AuditRow {
  id: string;
  at: Date;
  receivedAt: Date;
  environmentId: string | null;
  agentId: string | null;
  seq: number | null;
  /** Hex; that of its place in its chain. */
  hash: string | null;
  /** How the statement ended: of a decision, and of the end itself. */
  outcome: (AuditOutcome & { at: Date }) | null;
  event: AuditEvent;
}

const ROW = `e.id, e.at, e.received_at as "receivedAt", e.environment_id as "environmentId", e.agent_id as "agentId",
  e.seq::float8 as seq, encode(e.hash, 'hex') as hash, e.event, e.status, e.duration_ms as "durationMs",
  e.row_count::float8 as rows, e.result_bytes::float8 as bytes, e.sqlstate, e.finished_at as "finishedAt"`;

interface StoredRow extends Omit<AuditRow, 'outcome'> {
  status: AuditOutcome['status'] | null;
  durationMs: number;
  rows: number | null;
  bytes: number | null;
  sqlstate: string | null;
  finishedAt: Date | null;
}

function fromStored({ status, durationMs, rows, bytes, sqlstate, finishedAt, ...row }: StoredRow): AuditRow {
  if (status === null || finishedAt === null) return { ...row, outcome: null };
  const outcome = { status, durationMs, rows, sqlstate, at: finishedAt };
  return { ...row, outcome: bytes === null ? outcome : { ...outcome, bytes } };
}

/** Where in the list: from its newest end, or before or after an event. */
export interface SearchPage {
  readonly cursor?: AuditKey | undefined;
  /** Towards newer events: those next to the cursor, or the oldest of all. */
  readonly newer?: boolean;
  readonly limit: number;
}

/** Longest that a search may take: what needs more is asked too broadly. */
const SEARCH_TIMEOUT_MS = 12_000;

/**
 * Bounds the searches of a transaction in time. Their outer statements are the same for every search, so they are planned once a
 * connection (hence their names): planning for all weeks would take longer than reading a page.
 */
export async function boundSearch(client: PoolClient): Promise<void> {
  await client.query(
    `select set_config('statement_timeout', '${SEARCH_TIMEOUT_MS}', true), set_config('plan_cache_mode', 'force_generic_plan', true)`,
  );
}

/**
 * Newest first, whichever way was looked. Places come from the function that may use the indexes; the rows are read here,
 * under row-level security.
 */
export async function searchRows(
  client: PoolClient,
  conditions: AuditConditions,
  { cursor, newer = false, limit }: SearchPage,
): Promise<AuditRow[]> {
  await boundSearch(client);
  const { rows } = await client.query<StoredRow>({
    name: 'search-audit',
    text: `select ${ROW}
     from postern_search_audit($1, $2, $3, $4, $5) found
     join audit_event e on e.id = found.id and e.at = found.at
     order by found.at desc, found.id desc`,
    values: [JSON.stringify(conditions), cursor?.at ?? null, cursor?.id ?? null, newer, limit],
  });
  return rows.map(fromStored);
}

/** Of two with the same id, which no honest agent makes, the one that came first. */
export async function findRow(client: PoolClient, id: string): Promise<AuditRow | undefined> {
  const { rows } = await client.query<StoredRow>(
    `select ${ROW} from audit_event e where e.id = $1 order by e.received_at limit 1`,
    [id],
  );
  return rows[0] && fromStored(rows[0]);
}
