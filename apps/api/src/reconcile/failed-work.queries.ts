import type { TaskFailure } from '@postern/protocol/tasks';
import { requireConnection } from '../connections/connection.queries.js';
import { type Page, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { DISCARDABLE_JOB, type FailedWorkRow, failedWork } from './failed-work.store.js';

export interface FailedWork {
  id: string;
  isTask: boolean;
  connectionId: string | null;
  connectionSlug: string | null;
  planId: string | null;
  kind: string;
  attempts: number;
  failedAt: Date;
  failureClass: string;
  message: string;
  fix: string;
  facts: string[];
  canDiscard: boolean;
}

const UNKNOWN: TaskFailure = {
  class: 'other',
  message: 'no reason was told',
  fix: 'try it again',
  facts: [],
};

/** The dead letters: what agents gave up about, and jobs of the worker that go on failing. Newest first. */
export function listFailedWork(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { connectionId?: string | undefined },
): Promise<Page<FailedWork>> {
  const request = pageRequest(args, 2);
  const [failedAt, key] = request.after ?? [];
  const after =
    failedAt !== undefined && key !== undefined && !Number.isNaN(Date.parse(failedAt))
      ? { failedAt: new Date(failedAt), key }
      : undefined;
  return db.withOrg(actor.orgId, async (tx) => {
    const connectionId =
      args.connectionId === undefined
        ? undefined
        : (await requireConnection(tx, args.connectionId, 'connectionId')).id;
    const rows = await failedWork(tx, { connectionId, take: request.take, after });
    return pageOf(request, rows, (row) => [row.failedAt.toISOString(), row.key], toFailed);
  });
}

function toFailed({ source, key, failure, reason, ...row }: FailedWorkRow): FailedWork {
  const isTask = source === 'agent';
  const {
    class: failureClass,
    message,
    fix,
    facts,
  } = failure ??
  (reason === null
    ? UNKNOWN
    : {
        class: 'worker',
        message: reason,
        fix: 'it is tried again every minute until it succeeds',
        facts: [],
      });
  return {
    ...row,
    id: `${source}:${key}`,
    isTask,
    failureClass,
    message,
    fix,
    facts: [...facts],
    canDiscard: isTask || row.kind === DISCARDABLE_JOB,
  };
}
