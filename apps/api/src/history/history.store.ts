import type { AuditEvent, AuditOutcome } from '@postern/core/audit';
import type { PoolClient } from 'pg';
import { contains } from '../audit/audit-filter.js';

export interface HistorySearch {
  readonly userId: string;
  readonly environmentId: string;
  readonly words: readonly string[];
  /** `at` as PostgreSQL takes it. */
  readonly after?: { readonly at: string; readonly id: string } | undefined;
  readonly limit: number;
}

export interface HistoryRow {
  readonly id: string;
  readonly at: Date;
  readonly event: AuditEvent;
  readonly status: AuditOutcome['status'] | null;
  readonly rows: number | null;
  readonly durationMs: number | null;
  readonly sqlstate: string | null;
}

/** After everything: where a list begins. */
const NEWEST = { at: 'infinity', id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' };

/** A person's statements at consoles of an environment, newest first, as `audit_event_console_idx` has them. */
export async function listStatements(client: PoolClient, search: HistorySearch): Promise<HistoryRow[]> {
  const { userId, environmentId, words, after = NEWEST, limit } = search;
  const { rows } = await client.query<HistoryRow>({
    name: 'list-history',
    text: `select e.id, e.at, e.event, e.status, e.row_count::float8 as rows, e.duration_ms as "durationMs", e.sqlstate
      from audit_event e
     where e.actor_id = $1 and e.kind = 'statement.decided' and e.path = 'console' and e.environment_id = $2
       and (e.at, e.id) < ($3::timestamptz, $4::uuid)
       and concat_ws(' ', e.search_text, lower(e.connection_slug)) like all ($5::text[])
     order by e.at desc, e.id desc limit $6`,
    values: [
      userId,
      environmentId,
      after.at,
      after.id,
      words.map((word) => contains(word.toLowerCase())),
      limit,
    ],
  });
  return rows;
}
