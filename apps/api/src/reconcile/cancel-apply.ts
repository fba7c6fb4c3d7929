import { z } from 'zod';
import { parseInput } from '../errors/parse-input.js';
import { enqueue } from '../jobs/enqueue.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { reasonInput, recordDecision, refusalText, refused, requireLockedPlan } from './decide-plan.js';
import { endTasks, movePlan } from './move-plan.js';
import type { PlanRow } from './plan.store.js';

/**
 * Has the apply of a plan given up: its agent is told at once, and rolls back. What the agent answers decides what becomes of the
 * plan, for it may have committed by now. Asked twice, the first reason stands. A refused attempt is on record too.
 */
export async function cancelApply(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; reason: unknown },
): Promise<PlanRow> {
  const { reason } = parseInput(z.object({ reason: reasonInput }), { reason: given.reason });
  const outcome = await db.withOrg(actor.orgId, async (tx) => {
    const plan = await requireLockedPlan(tx, given.id);
    if (plan.state === 'applying' && plan.cancelAskedAt !== null) return { plan };
    const moved = await movePlan(
      tx,
      plan,
      { type: 'cancel_asked' },
      {
        update: {
          cancelAskedBy: actor.userId,
          cancelAskedLabel: actor.email,
          cancelAskedAt: new Date(),
          cancelReason: reason,
        },
      },
    );
    if ('refused' in moved) {
      const why = refusalText(moved.refused);
      await recordDecision(tx, actor, plan, {
        kind: 'role_plan.cancel_asked',
        decision: 'denied',
        reason: why,
      });
      return moved;
    }
    await recordDecision(tx, actor, moved.plan, { kind: 'role_plan.cancel_asked', reason });
    // Between two attempts: nobody will answer, so what there is to tell is found out now.
    for (const task of await endTasks(tx, moved.plan))
      await enqueue(tx, actor.orgId, 'reconcile.settle', { orgId: actor.orgId, taskId: task.id });
    return moved;
  });
  if ('refused' in outcome) throw refused(outcome.refused);
  return outcome.plan;
}
