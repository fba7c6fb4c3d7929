import { Injectable } from '@nestjs/common';
import { type ClaimRequest, type SignedTask, TASK_LEASE_S } from '@postern/protocol/tasks';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { enqueue } from '../jobs/enqueue.js';
import { SigningKey } from '../policy/signing-key.js';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { movePlan } from './move-plan.js';
import { lockFreePlan } from './plan.store.js';
import { claimable, lockTask, type TaskRow, tellWatchers, updateTask } from './task.store.js';

/** An agent that dies with a task takes it up again; one that dies of it must not for ever. */
const ATTEMPTS_MAX = 5;
/** A claimed task is begun within this time, or not at all. */
const BEGIN_WITHIN_S = 60;

/** Gives an agent the next task of its environment. An approved plan begins to be applied here, and not before. */
@Injectable()
export class ClaimTask {
  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  async run(agent: AgentIdentity, request: ClaimRequest): Promise<string | null> {
    const task = await this.db.withOrg(agent.orgId, (tx) => take(tx, agent, request));
    if (task === null) return null;
    const signed: SignedTask = {
      taskId: task.id,
      orgId: agent.orgId,
      environmentId: agent.environmentId,
      agentId: agent.id,
      connection: task.connectionSlug,
      kind: task.kind,
      payload: task.payload,
      exp: Math.floor(Date.now() / 1_000) + BEGIN_WITHIN_S,
    };
    return this.key.signTask(JSON.stringify(signed));
  }
}

type Claimed = TaskRow & { connectionSlug: string };

async function take(tx: Tx, agent: AgentIdentity, request: ClaimRequest): Promise<Claimed | null> {
  const { environmentId } = agent;
  for (;;) {
    const found = await claimable(tx, { environmentId, ...request });
    if (found === null) return null;
    const mayIt = await mayBegin(tx, found);
    if (mayIt === 'later') return null;
    if (mayIt) {
      await updateTask(tx, found.id, {
        state: 'running',
        agentId: agent.id,
        leaseUntil: new Date(Date.now() + TASK_LEASE_S * 1_000),
        attempts: { increment: 1 },
      });
      return found;
    }
  }
}

/** A task whose plan is no longer to be applied is over; so is one that has been begun too often. `later`: somebody decides just now. */
async function mayBegin(tx: Tx, task: Claimed): Promise<boolean | 'later'> {
  if (task.cancelAsked || (task.state === 'running' && task.attempts >= ATTEMPTS_MAX)) {
    await giveUp(tx, task);
    return false;
  }
  if (task.kind !== 'roles.apply' || task.planId === null) return true;
  const plan = await lockFreePlan(tx, task.planId);
  if (plan === undefined) return 'later';
  if (plan?.state === 'applying') return true; // an agent died with it: the next one goes on
  const moved =
    plan &&
    (await movePlan(
      tx,
      plan,
      { type: 'apply_started' },
      {
        update: { applyStartedAt: new Date(), attempts: { increment: 1 } },
      },
    ));
  if (moved && 'plan' in moved) return true;
  await giveUp(tx, task);
  return false;
}

async function giveUp(tx: Tx, task: TaskRow): Promise<void> {
  const isCancelled = task.cancelAsked || task.state === 'waiting';
  await updateTask(tx, task.id, {
    state: isCancelled ? 'cancelled' : 'failed',
    leaseUntil: null,
    finishedAt: new Date(),
    ...(isCancelled
      ? {}
      : {
          failure: {
            class: 'other',
            message: `the agent fell silent ${task.attempts} times while it did this`,
            fix: "look at the agent's log and at the database, then ask for a new plan",
            facts: [],
          },
        }),
  });
  await enqueue(tx, task.orgId, 'reconcile.settle', { orgId: task.orgId, taskId: task.id });
}

/** Keeps a running task alive; answers whether it is to be given up. Nobody else's, and nothing that is over. */
export function noteProgress(
  db: TenantDb,
  agent: AgentIdentity,
  { taskId, done, total }: { taskId: string; done: number; total: number },
): Promise<boolean> {
  return db.withOrg(agent.orgId, async (tx) => {
    const task = await lockTask(tx, taskId);
    if (task?.state !== 'running' || task.agentId !== agent.id) return true;
    await updateTask(tx, task.id, { leaseUntil: new Date(Date.now() + TASK_LEASE_S * 1_000) });
    // Whoever cancels it holds the plan and waits for this task: the next word tells how far it is.
    const isFree = task.planId !== null && (await lockFreePlan(tx, task.planId)) !== undefined;
    if (isFree && task.planId !== null && task.kind === 'roles.apply') {
      await tx.rolePlan.update({
        where: { id: task.planId },
        data: { progressDone: done, progressTotal: total },
        select: { id: true },
      });
      await tellWatchers(tx, agent.orgId, task.planId);
    }
    return task.cancelAsked;
  });
}
