import type { AuditEvent, AuditOutcome } from '@postern/core/audit';
import type { PoolClient } from 'pg';

export interface AuditSearch {
  from?: Date;
  to?: Date;
  actor?: string;
  connection?: string;
  decision?: string;
  kind?: string;
  text?: string;
}

/** Place of a row in the order newest first. `at` as PostgreSQL takes it, to the millisecond. */
export interface AuditKey {
  at: string;
  id: string;
}

export interface AuditRow {
  id: string;
  at: Date;
  receivedAt: Date;
  agentId: string | null;
  seq: number | null;
  /** How the statement ended: of a decision, and of the end itself. */
  outcome: (AuditOutcome & { at: Date }) | null;
  event: AuditEvent;
}

const ROW = `e.id, e.at, e.received_at as "receivedAt", e.agent_id as "agentId", e.seq::float8 as seq, e.event,
  e.status, e.duration_ms as "durationMs", e.row_count::float8 as rows, e.result_bytes::float8 as bytes, e.sqlstate,
  e.finished_at as "finishedAt"`;

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

/** `text` as part of a LIKE pattern: `%`, `_` and the escape itself stand for themselves. */
function contains(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}

/** Ids come from the function that may use the indexes; the rows are read here, under row-level security. */
export async function searchRows(
  client: PoolClient,
  search: AuditSearch,
  before: AuditKey | undefined,
  limit: number,
): Promise<AuditRow[]> {
  const { rows } = await client.query<StoredRow>(
    `select ${ROW}
     from postern_search_audit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) found
     join audit_event e on e.id = found.id and e.at = found.at
     order by found.at desc, found.id desc`,
    [
      search.text ? contains(search.text.toLowerCase()) : null,
      search.actor ? contains(search.actor) : null,
      search.connection ?? null,
      search.decision ?? null,
      search.kind ?? null,
      search.from ?? null,
      search.to ?? null,
      before?.at ?? null,
      before?.id ?? null,
      limit,
    ],
  );
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
