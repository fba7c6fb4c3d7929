import type { TaskFailure, TaskKind, TaskResult } from '@postern/protocol/tasks';
import { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';

export interface TaskRow {
  id: string;
  orgId: string;
  environmentId: string;
  connectionId: string;
  planId: string | null;
  kind: TaskKind;
  state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  payload: unknown;
  agentId: string | null;
  leaseUntil: Date | null;
  attempts: number;
  cancelAsked: boolean;
  failure: TaskFailure | null;
  result: TaskResult | null;
  createdAt: Date;
  notBefore: Date;
  finishedAt: Date | null;
}

export const insertTask = (
  tx: Tx,
  row: Pick<TaskRow, 'id' | 'orgId' | 'environmentId' | 'connectionId' | 'planId' | 'kind'> & {
    payload: object;
  },
): Promise<TaskRow> =>
  tx.agentTask.create({
    data: { ...row, payload: row.payload as Prisma.InputJsonObject },
  }) as unknown as Promise<TaskRow>;

export const findTask = (tx: Tx, id: string): Promise<TaskRow | null> =>
  tx.agentTask.findUnique({ where: { id } }) as unknown as Promise<TaskRow | null>;

export async function lockTask(tx: Tx, id: string): Promise<TaskRow | null> {
  await tx.$queryRaw`select from agent_task where id = ${id}::uuid for update`;
  return findTask(tx, id);
}

/**
 * The oldest that may begin now, or began with an agent that has fallen silent; locked, and passed over by others who ask at
 * the same moment.
 */
export async function claimable(
  tx: Tx,
  asked: {
    environmentId: string;
    connections: readonly string[];
    kinds: readonly string[];
    features?: readonly string[] | undefined;
  },
): Promise<(TaskRow & { connectionSlug: string }) | null> {
  const rows = await tx.$queryRaw<{ id: string; slug: string }[]>`
    select t.id, c.slug from agent_task t
    join db_connection c on c.org_id = t.org_id and c.id = t.connection_id
    where t.environment_id = ${asked.environmentId}::uuid
      and t.state in ('waiting', 'running')
      and c.slug = any(${[...asked.connections]}) and t.kind = any(${[...asked.kinds]})
      -- An agent that knows no guard roles would do the rest of the task and say that it was all.
      and (t.payload -> 'guards' is null or ${asked.features?.includes('guards') === true})
      and case t.state when 'waiting' then t.not_before <= now() else t.lease_until < now() end
    order by t.id limit 1 for update of t skip locked`;
  const [row] = rows;
  const task = row && (await findTask(tx, row.id));
  return task ? { ...task, connectionSlug: row.slug } : null;
}

export interface TaskUpdate {
  state?: TaskRow['state'];
  agentId?: string;
  leaseUntil?: Date | null;
  attempts?: { increment: number };
  cancelAsked?: boolean;
  failure?: TaskFailure;
  result?: TaskResult;
  notBefore?: Date;
  finishedAt?: Date;
}

export async function updateTask(tx: Tx, id: string, update: TaskUpdate): Promise<void> {
  const { failure, result, ...rest } = update;
  await tx.agentTask.update({
    where: { id },
    data: {
      ...rest,
      ...(failure === undefined ? {} : { failure: failure as Prisma.InputJsonObject }),
      ...(result === undefined ? {} : { result: result as unknown as Prisma.InputJsonObject }),
    },
  });
}

/** Newest first. */
export const listTasks = (
  tx: Tx,
  where: { connectionId?: string; planId?: string; states?: readonly TaskRow['state'][] },
  take: number,
): Promise<TaskRow[]> =>
  tx.agentTask.findMany({
    where: {
      ...(where.connectionId === undefined ? {} : { connectionId: where.connectionId }),
      ...(where.planId === undefined ? {} : { planId: where.planId }),
      ...(where.states === undefined ? {} : { state: { in: [...where.states] } }),
    },
    orderBy: { id: 'desc' },
    take,
  }) as unknown as Promise<TaskRow[]>;

export interface FailedTaskRow {
  id: string;
  connectionId: string;
  planId: string | null;
  kind: string;
  attempts: number;
  failedAt: Date;
  failure: TaskFailure | null;
}

/** Failed in the last 30 days, and none of its kind succeeded at its connection since; newest first. */
export function failedTasks(
  tx: Tx,
  { connectionId }: { connectionId?: string },
  take: number,
  beforeId?: string,
): Promise<FailedTaskRow[]> {
  const only =
    connectionId === undefined ? Prisma.empty : Prisma.sql`and t.connection_id = ${connectionId}::uuid`;
  const before = beforeId === undefined ? Prisma.empty : Prisma.sql`and t.id < ${beforeId}::uuid`;
  return tx.$queryRaw<FailedTaskRow[]>`
    select t.id, t.connection_id as "connectionId", t.plan_id as "planId", t.kind, t.attempts,
      t.finished_at as "failedAt", t.failure
    from agent_task t
    where t.state = 'failed' and t.finished_at > now() - interval '30 days' ${only} ${before}
      and not exists (select from agent_task l where l.connection_id = t.connection_id and l.kind = t.kind
        and l.state = 'succeeded' and l.id > t.id)
    order by t.id desc limit ${take}`;
}

/** Tells the agents of an environment that something waits; said when this transaction commits. */
export async function tellAgents(tx: Tx, environmentId: string): Promise<void> {
  await tx.$executeRaw`select pg_notify('postern_task', ${environmentId})`;
}

/** Tells whoever watches a plan that it moved. */
export async function tellWatchers(tx: Tx, orgId: string, planId: string): Promise<void> {
  await tx.$executeRaw`select pg_notify('postern_plan', ${`${orgId}:${planId}`})`;
}
