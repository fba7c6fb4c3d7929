import type { TaskFailure } from '@postern/protocol/tasks';
import { requireConnection } from '../connections/connection.queries.js';
import { Prisma } from '../generated/prisma/client.js';
import { isUuid } from '../graphql/ids.js';
import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';

export interface FailedTask {
  id: string;
  connectionId: string;
  planId: string | null;
  kind: string;
  attempts: number;
  failedAt: Date;
  failureClass: string;
  message: string;
  fix: string;
  facts: string[];
}

type Row = Pick<FailedTask, 'id' | 'connectionId' | 'planId' | 'kind' | 'attempts' | 'failedAt'> & {
  failure: TaskFailure | null;
};

const UNKNOWN: TaskFailure = {
  class: 'other',
  message: 'no reason was told',
  fix: 'try it again',
  facts: [],
};

/**
 * What agents gave up about in the last 30 days, newest first: the dead letters of reconciling. One for which the same
 * succeeded later at the same connection is no longer anybody's business.
 */
export function listFailedTasks(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { connectionId?: string | undefined },
): Promise<Page<FailedTask>> {
  const request = pageRequest(args);
  const before = request.after?.[0];
  return db.withOrg(actor.orgId, async (tx) => {
    const only =
      args.connectionId === undefined
        ? Prisma.empty
        : Prisma.sql`and t.connection_id = ${(await requireConnection(tx, args.connectionId, 'connectionId')).id}::uuid`;
    const after = isUuid(before ?? '') ? Prisma.sql`and t.id < ${before}::uuid` : Prisma.empty;
    const rows = await tx.$queryRaw<Row[]>`
      select t.id, t.connection_id as "connectionId", t.plan_id as "planId", t.kind, t.attempts,
        t.finished_at as "failedAt", t.failure
      from agent_task t
      where t.state = 'failed' and t.finished_at > now() - interval '30 days' ${only} ${after}
        and not exists (select from agent_task l where l.connection_id = t.connection_id and l.kind = t.kind
          and l.state = 'succeeded' and l.id > t.id)
      order by t.id desc limit ${request.take}`;
    return pageOf(
      request,
      rows.map(toFailed),
      (row) => [row.id],
      (row) => row,
    );
  });
}

function toFailed({ failure, ...row }: Row): FailedTask {
  const { class: failureClass, message, fix, facts } = failure ?? UNKNOWN;
  return { ...row, failureClass, message, fix, facts: [...facts] };
}
