import { PosternError } from '@postern/core/errors';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { parseInput } from '../errors/parse-input.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { reasonInput, requireLockedPlan } from './decide-plan.js';
import {
  DISCARDABLE_JOB,
  deleteJob,
  discardTask,
  type FailedWorkRow,
  failedWork,
  retryJob,
} from './failed-work.store.js';
import { generateManifest } from './generate-manifest.js';
import { movePlan } from './move-plan.js';
import { requestPlan, scanForDrift } from './request-plan.js';
import { findTask } from './task.store.js';

/** Asks for it again: a job at once, an agent's task as a new one of its kind. */
export async function retryFailedWork(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  const { row, payload } = await db.withOrg(actor.orgId, async (tx) => {
    const found = await requireFailed(tx, id);
    await record(tx, actor, found, { kind: 'failed_work.retried' });
    if (found.source === 'worker') await retryJob(tx, found.key);
    const task = found.source === 'agent' ? await findTask(tx, found.key) : null;
    return { row: found, payload: task?.payload as { suggestProfiles?: boolean } | undefined };
  });
  const { source, kind, connectionId } = row;
  if (source === 'worker' || connectionId === null) return;
  if (kind === 'roles.scan') await scanForDrift(db, actor, connectionId);
  else if (kind === 'roles.generate')
    await generateManifest(db, actor, { connectionId, suggestProfiles: payload?.suggestProfiles ?? true });
  else await requestPlan(db, actor, connectionId);
}

/** Takes it off the list for good. A plan whose job is discarded has failed; jobs that carry results or access cannot be. */
export async function discardFailedWork(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; reason: unknown },
): Promise<void> {
  const { reason } = parseInput(z.object({ reason: reasonInput }), { reason: given.reason });
  const isRefused = await db.withOrg(actor.orgId, async (tx) => {
    const row = await requireFailed(tx, given.id);
    if (row.source === 'worker' && row.kind !== DISCARDABLE_JOB) {
      await record(tx, actor, row, { kind: 'failed_work.discarded', decision: 'denied', reason });
      return true;
    }
    if (row.source === 'agent') await discardTask(tx, row.key);
    else await discardPlanJob(tx, actor, row, reason);
    await record(tx, actor, row, { kind: 'failed_work.discarded', reason });
    return false;
  });
  if (isRefused)
    throw new PosternError('failed_work.refused', 'what this job carries would be lost', {
      field: 'id',
      fix: 'have it tried again; it is until it succeeds',
    });
}

async function discardPlanJob(tx: Tx, actor: OrgActor, row: FailedWorkRow, reason: string): Promise<void> {
  if (row.planId !== null) {
    const plan = await requireLockedPlan(tx, row.planId);
    const update = { closedBy: actor.userId, closedLabel: actor.email, reason: `discarded: ${reason}` };
    await movePlan(tx, plan, { type: 'plan_failed' }, { update });
  }
  await deleteJob(tx, row.key);
}

async function requireFailed(tx: Tx, id: string): Promise<FailedWorkRow> {
  const [source = '', key = ''] = id.split(':');
  const [row] = await failedWork(tx, { only: { source, key }, take: 1 });
  if (row) return row;
  throw new PosternError('failed_work.not_found', `nothing that failed has the id \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list: it may have succeeded meanwhile',
  });
}

async function record(
  tx: Tx,
  actor: OrgActor,
  { source, key, kind, connectionId, connectionSlug }: FailedWorkRow,
  event: { kind: 'failed_work.retried' | 'failed_work.discarded'; decision?: 'denied'; reason?: string },
): Promise<void> {
  await recordChange(tx, actor.orgId, {
    ...event,
    actor: auditActorOf(actor),
    ...(connectionId !== null && connectionSlug !== null
      ? { connection: { id: connectionId, slug: connectionSlug } }
      : {}),
    target: { type: source === 'agent' ? 'agent_task' : 'job', id: key, label: kind },
  });
}
