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
  event: AuditEvent;
}

const ROW =
  'e.id, e.at, e.received_at as "receivedAt", e.agent_id as "agentId", e.seq::float8 as seq, e.event';

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
  const { rows } = await client.query<AuditRow>(
    `select ${ROW}
     from postern_search_audit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) found
     join audit_event e on e.id = found.id
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
  return rows;
}

export async function findRow(client: PoolClient, id: string): Promise<AuditRow | undefined> {
  const { rows } = await client.query<AuditRow>(`select ${ROW} from audit_event e where e.id = $1`, [id]);
  return rows[0];
}

export type StoredOutcome = AuditOutcome & { at: Date };

/** How decided statements ended, by the id of the decision. Only the agent that decided can say. */
export async function outcomesOf(
  client: PoolClient,
  intentIds: readonly string[],
): Promise<Map<string, StoredOutcome>> {
  const { rows } = await client.query<{ intentId: string; at: Date; event: AuditEvent }>(
    `select f.intent_id as "intentId", f.at, f.event
     from audit_event f join audit_event d on d.id = f.intent_id and d.agent_id = f.agent_id
     where f.intent_id = any($1::uuid[]) and f.kind = 'statement.finished'
     order by f.seq desc`,
    [intentIds],
  );
  return new Map(
    rows.flatMap(({ intentId, at, event }) => (event.outcome ? [[intentId, { ...event.outcome, at }]] : [])),
  );
}
