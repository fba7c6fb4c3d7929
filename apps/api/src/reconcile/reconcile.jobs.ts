import { Injectable } from '@nestjs/common';
import type { JobPayload } from '../jobs/catalog.js';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { lockConnection } from './manifest.store.js';
import { movePlan } from './move-plan.js';
import { findPlan, lockPlan, type PlanRow } from './plan.store.js';
import { SettleTask } from './settle-task.js';
import { Sweep } from './sweep.js';
import { taskForPlan } from './task-for-plan.js';

// Each may run any number of times, at once, and late: it looks at the rows, and does what they still ask for.

@Injectable()
@HandlesJob('reconcile.plan')
export class PlanJob implements JobHandler<'reconcile.plan'> {
  constructor(private readonly db: TenantDb) {}

  async run({ orgId, planId }: JobPayload<'reconcile.plan'>): Promise<void> {
    await this.db.withOrg(orgId, async (tx) => {
      const plan = await lockedIfThere(tx, planId);
      if (plan === null) return;
      const moved = await movePlan(tx, plan, { type: 'plan_started' });
      if ('plan' in moved) await taskForPlan(tx, moved.plan, 'roles.plan');
    });
  }
}

@Injectable()
@HandlesJob('reconcile.apply')
export class ApplyJob implements JobHandler<'reconcile.apply'> {
  constructor(private readonly db: TenantDb) {}

  /** The plan stays approved, and may still be rejected, until an agent takes its task. */
  async run({ orgId, planId }: JobPayload<'reconcile.apply'>): Promise<void> {
    await this.db.withOrg(orgId, async (tx) => {
      const plan = await lockedIfThere(tx, planId);
      if (plan?.state === 'approved') await taskForPlan(tx, plan, 'roles.apply');
    });
  }
}

@Injectable()
@HandlesJob('reconcile.settle')
export class SettleJob implements JobHandler<'reconcile.settle'> {
  constructor(private readonly settle: SettleTask) {}

  run(payload: JobPayload<'reconcile.settle'>): Promise<void> {
    return this.settle.run(payload);
  }
}

@Injectable()
@HandlesJob('reconcile.sweep')
export class SweepJob implements JobHandler<'reconcile.sweep'> {
  constructor(private readonly sweep: Sweep) {}

  run(): Promise<void> {
    return this.sweep.run();
  }
}

async function lockedIfThere(tx: Parameters<typeof findPlan>[0], planId: string): Promise<PlanRow | null> {
  const plan = await findPlan(tx, planId);
  if (plan === null) return null;
  await lockConnection(tx, plan.connectionId);
  return lockPlan(tx, planId);
}
