import type { PoolClient } from 'pg';
import type { SystemDb } from '../tenancy/system-db.js';

/** Rows of one piece of work: a burst of changes asks for the same thing many times. */
export interface WaitingWork {
  ids: string[];
  job: string;
  payload: Record<string, unknown>;
  /** It was queued before, long enough ago that the queue may have forgotten it. */
  again: boolean;
}

/** After this long a row that is still there is handed to the queue once more. */
const FORGOTTEN_AFTER = '60 seconds';

/** Claims waiting rows for this transaction; another relay skips them meanwhile. */
export async function claimWork(client: PoolClient, limit: number): Promise<WaitingWork[]> {
  const { rows } = await client.query<WaitingWork>(
    `with claimed as (
       select id, job, payload, queued_at from outbox
       where queued_at is null or queued_at < now() - $2::interval
       order by id limit $1 for update skip locked)
     select array_agg(id::text order by id) as ids, job, payload, bool_or(queued_at is not null) as again
     from claimed group by job, payload order by min(id)`,
    [limit, FORGOTTEN_AFTER],
  );
  return rows;
}

export async function markQueued(client: PoolClient, ids: string[]): Promise<void> {
  await client.query('update outbox set queued_at = now() where id = any($1::bigint[])', [ids]);
}

/** Rows that a run of this job, beginning now, settles. */
export async function idsOfWork(db: SystemDb, job: string, payload: unknown): Promise<string[]> {
  const rows = await db.query<{ id: string }>(
    'select id::text from outbox where job = $1 and payload = $2::jsonb',
    [job, JSON.stringify(payload)],
  );
  return rows.map((row) => row.id);
}

export async function deleteWork(db: SystemDb, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.query('delete from outbox where id = any($1::bigint[])', [ids]);
}

/** One more run of this work failed. It stays, and is tried again. */
export async function noteFailure(db: SystemDb, ids: string[], reason: string): Promise<void> {
  if (ids.length === 0) return;
  await db.query(
    'update outbox set failures = failures + 1, failed_at = now(), reason = $2 where id = any($1::bigint[])',
    [ids, reason],
  );
}
