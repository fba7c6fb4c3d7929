import type { AuditEvent } from '@postern/core/audit';
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
  hash: string | null;
  status: string | null;
  rows: number | null;
  durationMs: number | null;
  bytes: number | null;
  sqlstate: string | null;
  finishedAt: Date | null;
  event: AuditEvent;
}

const ROW = `e.id, e.at, e.received_at as "receivedAt", e.environment_id as "environmentId", e.agent_id as "agentId",
  e.seq::float8 as seq, encode(e.hash, 'hex') as hash, e.status, e.row_count::float8 as rows, e.duration_ms as "durationMs",
  e.result_bytes::float8 as bytes, e.sqlstate, e.finished_at as "finishedAt", e.event`;

/** Where in the list: from its newest end, or before or after an event. */
export interface SearchPage {
  readonly cursor?: AuditKey | undefined;
  /** Towards newer events: oldest first, from after the cursor. */
  readonly newer?: boolean;
  readonly limit: number;
}

/** Longest that a search may take: what needs more is asked too broadly. */
const SEARCH_TIMEOUT = '12s';

export const boundSearch = (client: PoolClient): Promise<unknown> =>
  client.query(`set local statement_timeout = '${SEARCH_TIMEOUT}'`);

/** Places come from the function that may use the indexes; the rows are read here, under row-level security. Newest first. */
export async function searchRows(
  client: PoolClient,
  conditions: AuditConditions,
  { cursor, newer = false, limit }: SearchPage,
): Promise<AuditRow[]> {
  await boundSearch(client);
  const { rows } = await client.query<AuditRow>(
    `select ${ROW}
     from postern_search_audit($1, $2, $3, $4, $5) found
     join audit_event e on e.org_id = postern_current_org() and e.at = found.at and e.id = found.id
     order by found.at desc, found.id desc`,
    [JSON.stringify(conditions), cursor?.at ?? null, cursor?.id ?? null, newer, limit],
  );
  return rows;
}

export async function findRow(client: PoolClient, id: string): Promise<AuditRow | undefined> {
  const { rows } = await client.query<AuditRow>(`select ${ROW} from audit_event e where e.id = $1`, [id]);
  return rows[0];
}
