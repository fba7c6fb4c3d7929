import { PosternError } from '@postern/core/errors';
import type { PlanEffects, PlanRefusal } from '@postern/core/reconcile';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { requireConnection } from '../connections/connection.queries.js';
import { parseInput } from '../errors/parse-input.js';
import { isUuid } from '../graphql/ids.js';
import { enqueue } from '../jobs/enqueue.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { findManifest, lockConnection, roleSettings } from './manifest.store.js';
import { movePlan } from './move-plan.js';
import { type CommentRow, findPlan, insertComment, lockPlan, type PlanRow } from './plan.store.js';
import { tellWatchers } from './task.store.js';

/** Locks in one order, the connection before its plan, so that nobody waits in a circle. */
export async function requireLockedPlan(tx: Tx, id: string): Promise<PlanRow> {
  const plan = await requirePlan(tx, id);
  await lockConnection(tx, plan.connectionId);
  return (await lockPlan(tx, plan.id)) ?? plan;
}

export async function requirePlan(tx: Tx, id: string): Promise<PlanRow> {
  const plan = isUuid(id) ? await findPlan(tx, id) : null;
  if (plan) return plan;
  throw new PosternError('role_plan.not_found', `there is no plan \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list',
  });
}

const REFUSALS: Readonly<Record<PlanRefusal, readonly [message: string, fix: string]>> = {
  late: ['the plan has moved on', 'reload it, and look at what it is now'],
  not_pending: ['the plan does not wait for an approval', 'reload it, and look at what it is now'],
  effects_differ: ['the plan is not the one that you looked at', 'reload it, and look at it again'],
  own_manifest: [
    'who wrote the manifest may not approve its plan',
    'ask somebody else, or switch four-eyes off in the settings of the connection',
  ],
  not_an_approver: [
    'only members of the approvers’ group may approve plans of this connection',
    'ask one of them',
  ],
  being_applied: ['the plan is being applied', 'cancel it, or wait until it is over; a new plan can undo it'],
  not_applying: ['the plan is not being applied', 'reload it; a plan that waits can be rejected'],
};
export const refusalText = (refusal: PlanRefusal): string => REFUSALS[refusal][0];

export function refused(refusal: PlanRefusal): PosternError {
  const [message, fix] = REFUSALS[refusal];
  return new PosternError('role_plan.refused', message, { fix, facts: { refusal } });
}

/**
 * Approves exactly what the caller looked at: digest, server and manifest version must be the plan's. It is applied as soon as
 * an agent takes it up; until then a rejection wins. A refused attempt is on record too.
 */
export async function approvePlan(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; effects: PlanEffects },
): Promise<PlanRow> {
  const outcome = await db.withOrg(actor.orgId, async (tx) => {
    const plan = await requireLockedPlan(tx, given.id);
    const manifest = await findManifest(tx, plan.manifestId);
    const settings = await roleSettings(tx, plan.connectionId);
    const approvers =
      settings.approverGroupId === null ? null : await memberIds(tx, settings.approverGroupId);
    const { digest, systemIdentifier, manifestVersion } = given.effects;
    const moved = await movePlan(
      tx,
      plan,
      { type: 'approved', by: actor.userId, effects: given.effects },
      {
        rules: { fourEyes: settings.fourEyes, approvers },
        author: manifest?.authorId ?? '',
        update: {
          approvedBy: actor.userId,
          approvedLabel: actor.email,
          approvedAt: new Date(),
          approvedDigest: digest,
          approvedSystemIdentifier: systemIdentifier,
          approvedManifestVersion: manifestVersion,
          expiresAt: new Date(Date.now() + settings.planLifetimeS * 1_000),
        },
      },
    );
    if ('refused' in moved) {
      const reason = refusalText(moved.refused);
      await recordDecision(tx, actor, plan, { kind: 'role_plan.approved', decision: 'denied', reason });
      return moved;
    }
    await recordDecision(tx, actor, moved.plan, {
      kind: 'role_plan.approved',
      after: { digest, systemIdentifier },
    });
    await enqueue(tx, actor.orgId, 'reconcile.apply', { orgId: actor.orgId, planId: plan.id });
    return moved;
  });
  if ('refused' in outcome) throw refused(outcome.refused);
  return outcome.plan;
}

export const reasonInput = z
  .string()
  .trim()
  .min(1, 'must say why')
  .max(2_000, 'must have at most 2000 characters');

export async function rejectPlan(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; reason: unknown },
): Promise<PlanRow> {
  const { reason } = parseInput(z.object({ reason: reasonInput }), { reason: given.reason });
  return db.withOrg(actor.orgId, async (tx) => {
    const plan = await requireLockedPlan(tx, given.id);
    const update = { closedBy: actor.userId, closedLabel: actor.email, reason };
    const moved = await movePlan(tx, plan, { type: 'rejected' }, { update });
    if ('refused' in moved) throw refused(moved.refused);
    await recordDecision(tx, actor, moved.plan, { kind: 'role_plan.rejected', reason });
    return moved.plan;
  });
}

export async function commentOnPlan(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; body: unknown },
): Promise<CommentRow> {
  const { body } = parseInput(
    z.object({
      body: z.string().trim().min(1, 'must not be empty').max(10_000, 'must have at most 10000 characters'),
    }),
    { body: given.body },
  );
  return db.withOrg(actor.orgId, async (tx) => {
    const plan = await requirePlan(tx, given.id);
    const comment = await insertComment(tx, {
      id: uuidv7(),
      orgId: actor.orgId,
      planId: plan.id,
      authorId: actor.userId,
      authorLabel: actor.email,
      body,
    });
    await recordDecision(tx, actor, plan, { kind: 'role_plan.commented', after: { comment: comment.id } });
    await tellWatchers(tx, actor.orgId, plan.id);
    return comment;
  });
}

async function memberIds(tx: Tx, groupId: string): Promise<ReadonlySet<string>> {
  const rows = await tx.groupMember.findMany({ where: { groupId }, select: { userId: true } });
  return new Set(rows.map(({ userId }) => userId));
}

/** What a person did, or tried to do, about a plan. */
export async function recordDecision(
  tx: Tx,
  actor: OrgActor,
  plan: PlanRow,
  event: {
    kind: `role_plan.${'approved' | 'rejected' | 'cancel_asked' | 'commented'}`;
    decision?: 'denied';
    reason?: string;
    after?: Record<string, unknown>;
  },
): Promise<void> {
  const connection = await requireConnection(tx, plan.connectionId);
  await recordChange(tx, actor.orgId, {
    ...event,
    actor: auditActorOf(actor),
    connection: { id: connection.id, slug: connection.slug },
    target: { type: 'role_plan', id: plan.id, label: `${connection.slug}, manifest ${plan.manifestVersion}` },
  });
}
