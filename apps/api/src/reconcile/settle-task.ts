import { Injectable } from '@nestjs/common';
import { type FailureClass, isRetried, type MadePlan, reasonOfFailure } from '@postern/core/reconcile';
import type { TaskFailure } from '@postern/protocol/tasks';
import { recordChange } from '../audit/record-change.js';
import { requireConnection } from '../connections/connection.queries.js';
import type { JobPayload } from '../jobs/catalog.js';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { settleScan } from './drift.js';
import { lockConnection } from './manifest.store.js';
import { movePlan, planAgainIfOutdated } from './move-plan.js';
import { lockPlan, type PlanRow } from './plan.store.js';
import { noteApplied } from './status.js';
import { findTask, type TaskRow } from './task.store.js';
import { isLookAfterCancel, taskForPlan } from './task-for-plan.js';

/** What an agent answered, made into the plan's next state. Late and repeated answers change nothing. */
@Injectable()
export class SettleTask {
  constructor(private readonly db: TenantDb) {}

  async run({ orgId, taskId }: JobPayload<'reconcile.settle'>): Promise<void> {
    await this.db.withOrg(orgId, async (tx) => {
      const task = await findTask(tx, taskId);
      if (task === null || task.finishedAt === null) return;
      await lockConnection(tx, task.connectionId);
      if (task.kind === 'roles.scan') return settleScan(tx, task);
      const plan = task.planId === null ? null : await lockPlan(tx, task.planId);
      if (plan === null) return;
      if (task.kind === 'roles.plan') await this.settlePlan(tx, plan, task);
      else if (task.kind === 'roles.apply') await this.settleApply(tx, plan, task);
    });
  }

  private async settlePlan(tx: Tx, plan: PlanRow, task: TaskRow): Promise<void> {
    const made = task.result?.plan;
    if (task.state !== 'succeeded' || made === undefined)
      return void (await close(tx, plan, { type: 'plan_failed' }, failureOf(task)));
    const moved = await movePlan(
      tx,
      plan,
      { type: 'plan_made', changes: made.changeCount },
      { update: columnsOf(made) },
    );
    if ('refused' in moved) return;
    await recordPlan(tx, moved.plan, 'role_plan.made', {
      changes: made.changeCount,
      destructive: made.destructiveCount,
      digest: made.digest,
    });
    if (moved.plan.state === 'applied') await noteApplied(tx, moved.plan);
  }

  private async settleApply(tx: Tx, plan: PlanRow, task: TaskRow): Promise<void> {
    if (task.state === 'succeeded') {
      const moved = await movePlan(tx, plan, { type: 'applied' });
      if ('refused' in moved) return;
      await recordPlan(tx, moved.plan, 'role_plan.applied', {
        statements: task.result?.applied?.statements ?? 0,
      });
      await noteApplied(tx, moved.plan);
      return planAgainIfOutdated(tx, moved.plan);
    }
    if (plan.cancelAskedAt !== null) return settleCancelled(tx, plan, task);
    const failure = failureOf(task);
    const type = isDifferent(task) ? 'found_different' : 'apply_failed';
    const closed = await close(tx, plan, { type }, failure);
    if (closed) await planAgainIfOutdated(tx, closed);
  }
}

/**
 * A cancelled apply that did not succeed. Only the agent that was at it, or one that looks, knows whether it was committed: as long
 * as neither has said so the plan is not over.
 */
async function settleCancelled(tx: Tx, plan: PlanRow, task: TaskRow): Promise<void> {
  if (plan.state !== 'applying') return;
  const { result } = task;
  // What gave up did not commit; one before it may have, and died before it could say so.
  const isKnown =
    result !== null &&
    (result.status === 'cancelled' ? task.attempts === 1 : !isRetried(failureOf(task).class));
  if (!isKnown && !isLookAfterCancel(task)) return taskForPlan(tx, plan, 'roles.apply');
  const isGivenUp = result?.status === 'cancelled' || (isLookAfterCancel(task) && isDifferent(task));
  const { message, fix, facts } = failureOf(task);
  const closed = await close(
    tx,
    plan,
    { type: 'apply_failed' },
    {
      message: `cancelled by ${plan.cancelAskedLabel}: ${plan.cancelReason}`,
      fix: isGivenUp ? 'ask for a new plan when it is to be done after all' : `${message}; ${fix}`,
      facts: isGivenUp ? [] : facts,
    },
  );
  if (closed) await planAgainIfOutdated(tx, closed);
}

const isDifferent = (task: TaskRow): boolean => failureOf(task).class === 'different';

function columnsOf(made: MadePlan) {
  return {
    effectsDigest: made.digest,
    systemIdentifier: made.systemIdentifier,
    serverVersion: made.serverMajor,
    databaseName: made.content.server.database,
    changeCount: made.changeCount,
    destructiveCount: made.destructiveCount,
    content: made.content,
  };
}

const failureOf = ({ failure, state }: TaskRow): TaskFailure =>
  failure ?? {
    class: 'other' satisfies FailureClass,
    message: state === 'cancelled' ? 'it was cancelled' : 'the agent answered without a result',
    fix: 'ask for a new plan',
    facts: [],
  };

async function close(
  tx: Tx,
  plan: PlanRow,
  event: { type: 'plan_failed' | 'apply_failed' | 'found_different' },
  failure: Pick<TaskFailure, 'message' | 'fix' | 'facts' | 'sqlstate'>,
): Promise<PlanRow | undefined> {
  const reason = [`${failure.message}; ${failure.fix}`, ...failure.facts].join('\n');
  const moved = await movePlan(tx, plan, event, { update: { closedLabel: 'postern', reason } });
  if ('refused' in moved) return undefined;
  await recordPlan(tx, moved.plan, 'role_plan.closed', { state: moved.plan.state }, reasonOfFailure(failure));
  return moved.plan;
}

async function recordPlan(
  tx: Tx,
  plan: PlanRow,
  kind: 'role_plan.made' | 'role_plan.applied' | 'role_plan.closed',
  after: Record<string, unknown>,
  reason?: string,
): Promise<void> {
  const connection = await requireConnection(tx, plan.connectionId);
  await recordChange(tx, plan.orgId, {
    kind,
    actor: { type: 'system', id: '', label: 'postern' },
    path: 'api',
    connection: { id: connection.id, slug: connection.slug },
    target: { type: 'role_plan', id: plan.id, label: `${connection.slug}, manifest ${plan.manifestVersion}` },
    after,
    ...(reason === undefined ? {} : { reason }),
  });
}
