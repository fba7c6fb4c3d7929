import type { TaskFailure } from '@postern/protocol/tasks';
import { Prisma } from '../generated/prisma/client.js';
import type { JobName } from '../jobs/catalog.js';
import type { Tx } from '../tenancy/tenant-db.js';

/** What an agent gave up about, or a job of the worker that goes on failing. */
export interface FailedWorkRow {
  source: 'agent' | 'worker';
  /** Of the task or the job; with its source in front it is the id that people use. */
  key: string;
  connectionId: string | null;
  connectionSlug: string | null;
  planId: string | null;
  kind: string;
  attempts: number;
  failedAt: Date;
  /** Of tasks. */
  failure: TaskFailure | null;
  /** Of jobs. */
  reason: string | null;
}

export interface FailedWorkQuery {
  connectionId?: string | undefined;
  /** One of it alone. */
  only?: { source: string; key: string };
  take: number;
  after?: { failedAt: Date; key: string } | undefined;
}

/** After so many tries the queue has given a job up; the outbox hands it over again every minute. */
const QUEUE_ATTEMPTS = 6;

/**
 * Tasks that failed in the last 30 days while none of their kind succeeded at their connection since, and nobody discarded them; and jobs
 * that the queue gave up. Newest first.
 */
export function failedWork(
  tx: Tx,
  { connectionId, only, take, after }: FailedWorkQuery,
): Promise<FailedWorkRow[]> {
  const where = [
    ...(connectionId === undefined ? [] : [Prisma.sql`w."connectionId" = ${connectionId}::uuid`]),
    ...(only === undefined ? [] : [Prisma.sql`w.source = ${only.source} and w.key = ${only.key}`]),
    ...(after === undefined
      ? []
      : [Prisma.sql`(w."failedAt", w.key) < (${after.failedAt}::timestamptz, ${after.key})`]),
  ];
  return tx.$queryRaw<FailedWorkRow[]>`
    select w.*, c.slug as "connectionSlug" from (
      select 'agent' as source, t.id::text as key, t.connection_id as "connectionId", t.plan_id as "planId", t.kind, t.attempts,
        t.finished_at as "failedAt", t.failure, null::text as reason
      from agent_task t
      where t.state = 'failed' and t.finished_at > now() - interval '30 days' and t.discarded_at is null
        and not exists (select from agent_task l where l.connection_id = t.connection_id and l.kind = t.kind
          and l.state = 'succeeded' and l.id > t.id)
      union all
      select 'worker', o.id::text, coalesce(p.connection_id, t.connection_id), coalesce(p.id, t.plan_id), o.job, o.failures,
        o.failed_at, null, o.reason
      from outbox o
      left join role_plan p on p.org_id = o.org_id and p.id::text = o.payload ->> 'planId'
      left join agent_task t on t.org_id = o.org_id and t.id::text = o.payload ->> 'taskId'
      where o.failures >= ${QUEUE_ATTEMPTS}
    ) w left join db_connection c on c.id = w."connectionId"
    ${where.length === 0 ? Prisma.empty : Prisma.sql`where ${Prisma.join(where, ' and ')}`}
    order by w."failedAt" desc, w.key desc limit ${take}`;
}

export async function discardTask(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`update agent_task set discarded_at = now() where id = ${id}::uuid and state = 'failed'`;
}

/** The relay hands it to the queue at its next look, as one that the queue may have forgotten. */
export async function retryJob(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`update outbox set queued_at = '-infinity' where id = ${id}::bigint`;
}

export async function deleteJob(tx: Tx, id: string): Promise<void> {
  await tx.$executeRaw`delete from outbox where id = ${id}::bigint`;
}

/** The one kind of job without which nothing is lost but the plan that it was to make. */
export const DISCARDABLE_JOB: JobName = 'reconcile.plan';
