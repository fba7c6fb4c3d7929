import type { TaskFailure } from '@postern/protocol/tasks';
import { requireConnection } from '../connections/connection.queries.js';
import { isUuid } from '../graphql/ids.js';
import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type FailedTaskRow, failedTasks } from './task.store.js';

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
    const where =
      args.connectionId === undefined
        ? {}
        : { connectionId: (await requireConnection(tx, args.connectionId, 'connectionId')).id };
    const rows = await failedTasks(tx, where, request.take, isUuid(before ?? '') ? before : undefined);
    return pageOf(
      request,
      rows.map(toFailed),
      (row) => [row.id],
      (row) => row,
    );
  });
}

function toFailed({ failure, ...row }: FailedTaskRow): FailedTask {
  const { class: failureClass, message, fix, facts } = failure ?? UNKNOWN;
  return { ...row, failureClass, message, fix, facts: [...facts] };
}
