import type { TenantDb } from '../tenancy/tenant-db.js';
import type { PlanRow } from './plan.store.js';
import { listTasks } from './task.store.js';

/** An agent sends a heartbeat every 15 s; after this long it counts as away. */
export const AWAY_AFTER_MS = 45_000;

export interface PlanTask {
  kind: string;
  state: string;
  attempts: number;
  failure: string | null;
  hasAgent: boolean;
  notBefore: Date | null;
}

/** What an agent does, or last did, for a plan; so that waiting has a reason that a person can read. */
export function readTask(db: TenantDb, plan: PlanRow): Promise<PlanTask | null> {
  return db.withOrg(plan.orgId, async (tx) => {
    const [task] = await listTasks(tx, { planId: plan.id }, 1);
    if (task === undefined) return null;
    const agents = await tx.agent.count({
      where: {
        environmentId: task.environmentId,
        revokedAt: null,
        lastSeenAt: { gt: new Date(Date.now() - AWAY_AFTER_MS) },
      },
    });
    return {
      kind: task.kind,
      state: task.state,
      attempts: task.attempts,
      failure: task.failure === null ? null : `${task.failure.message}; ${task.failure.fix}`,
      hasAgent: agents > 0,
      notBefore: task.state === 'waiting' ? task.notBefore : null,
    };
  });
}
