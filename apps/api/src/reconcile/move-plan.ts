import {
  type ApprovalRules,
  isLive,
  type PlanEvent,
  type PlanRefusal,
  planStep,
} from '@postern/core/reconcile';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { requireConnection } from '../connections/connection.queries.js';
import { enqueue } from '../jobs/enqueue.js';
import { auditActorOf } from '../tenancy/actor.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { sameMasks, wantedGuards } from './guard-roles.js';
import { lockConnection, newestManifest, roleSettings } from './manifest.store.js';
import {
  effectsOf,
  insertPlan,
  livePlan,
  lockPlan,
  type PlanCause,
  type PlanRow,
  type PlanUpdate,
  updatePlan,
} from './plan.store.js';
import { listTasks, lockTask, type TaskRow, tellAgents, tellWatchers, updateTask } from './task.store.js';

/** Who does something: a person, or Postern itself. */
export type Mover = { readonly userId: string; readonly email: string } | 'postern';

export const auditActor = (by: Mover) =>
  by === 'postern' ? ({ type: 'system', id: '', label: 'postern' } as const) : auditActorOf(by);

const NO_RULES: ApprovalRules = { fourEyes: false, approvers: null };

/**
 * The one way in which a plan's state changes: core decides, the row follows (PostgreSQL refuses any other step), its open
 * tasks end when it does, and whoever watches is told. `plan` must have been locked in this transaction.
 */
export async function movePlan(
  tx: Tx,
  plan: PlanRow,
  event: PlanEvent,
  more: { readonly update?: PlanUpdate; readonly rules?: ApprovalRules; readonly author?: string } = {},
): Promise<{ readonly plan: PlanRow } | { readonly refused: PlanRefusal }> {
  const facts = { state: plan.state, author: more.author ?? null, effects: effectsOf(plan) };
  const step = planStep(facts, event, more.rules ?? NO_RULES);
  if ('refused' in step) return step;
  const isOver = !isLive(step.to);
  const moved = await updatePlan(tx, plan.id, {
    ...more.update,
    state: step.to,
    ...(isOver ? { finishedAt: new Date() } : {}),
  });
  if (isOver) await endTasks(tx, moved);
  await tellWatchers(tx, moved.orgId, moved.id);
  return { plan: moved };
}

/** What waits is not begun any more; what runs is told to give up. Answers with what ended at once. */
export async function endTasks(tx: Tx, plan: PlanRow): Promise<readonly TaskRow[]> {
  const ended: TaskRow[] = [];
  for (const { id } of await listTasks(tx, { planId: plan.id, states: ['waiting', 'running'] }, 100)) {
    const task = await lockTask(tx, id); // an agent may take it, or answer, at this moment
    if (task?.state === 'waiting') {
      await updateTask(tx, id, { state: 'cancelled', finishedAt: new Date() });
      ended.push(task);
    } else if (task?.state === 'running') {
      await updateTask(tx, id, { cancelAsked: true });
      await tellAgents(tx, task.environmentId);
    }
  }
  return ended;
}

/**
 * A new plan of the newest manifest, in place of the live one. While one is being applied there is none: when that ends,
 * {@link planAgainIfOutdated} makes it. Undefined then, and when there is no manifest.
 */
export async function startPlan(
  tx: Tx,
  orgId: string,
  connectionId: string,
  asked: { readonly by: Mover; readonly cause: PlanCause },
): Promise<PlanRow | undefined> {
  await lockConnection(tx, connectionId);
  const connection = await requireConnection(tx, connectionId);
  const manifest = await newestManifest(tx, connectionId);
  if (manifest === null) return undefined;
  const live = await livePlan(tx, connectionId);
  if (live !== null) {
    const locked = await lockPlan(tx, live.id);
    const moved =
      locked &&
      (await movePlan(
        tx,
        locked,
        { type: 'superseded' },
        { update: { reason: `version ${manifest.version} came` } },
      ));
    // It may have ended since it was read, which is as good.
    if (moved && 'refused' in moved && moved.refused === 'being_applied') return undefined;
  }
  const settings = await roleSettings(tx, connectionId);
  const guards = await wantedGuards(tx, connection);
  const actor = auditActor(asked.by);
  const plan = await insertPlan(tx, {
    id: uuidv7(),
    orgId,
    connectionId,
    manifestId: manifest.id,
    manifestVersion: manifest.version,
    mode: settings.mode,
    cause: asked.cause,
    requestedBy: actor.id,
    requestedLabel: actor.label,
    expiresAt: new Date(Date.now() + settings.planLifetimeS * 1_000),
    guards,
  });
  await recordChange(tx, orgId, {
    kind: 'role_plan.requested',
    actor,
    connection: { id: connection.id, slug: connection.slug },
    target: { type: 'role_plan', id: plan.id, label: `${connection.slug}, manifest ${manifest.version}` },
    after: {
      cause: asked.cause,
      mode: settings.mode,
      manifestVersion: manifest.version,
      ...(guards === null ? {} : { guards }),
    },
  });
  await enqueue(tx, orgId, 'reconcile.plan', { orgId, planId: plan.id });
  return plan;
}

/** A manifest that came while a plan was being applied has waited for this. */
export async function planAgainIfOutdated(tx: Tx, plan: PlanRow): Promise<void> {
  const newest = await newestManifest(tx, plan.connectionId);
  const isOutdated = newest !== null && newest.version > plan.manifestVersion;
  const guards = await wantedGuards(tx, await requireConnection(tx, plan.connectionId));
  if (isOutdated || !sameMasks(guards, plan.guards) || plan.state === 'stale')
    await startPlan(tx, plan.orgId, plan.connectionId, { by: 'postern', cause: 'request' });
}
