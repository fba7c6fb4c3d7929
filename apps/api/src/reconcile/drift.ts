import { PosternError } from '@postern/core/errors';
import { isLive } from '@postern/core/reconcile';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { requireConnection } from '../connections/connection.queries.js';
import { parseInput } from '../errors/parse-input.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  type FindingRow,
  findFinding,
  insertFinding,
  openFinding,
  resolveFinding,
  updateFinding,
} from './drift.store.js';
import { newestManifest } from './manifest.store.js';
import { startPlan } from './move-plan.js';
import { livePlan, type PlanRow } from './plan.store.js';
import { nextScan, putStatus } from './status.js';
import type { TaskRow } from './task.store.js';

/** What a scan came to: the connection's state, and the finding when something differs. */
export async function settleScan(tx: Tx, task: TaskRow): Promise<void> {
  const { orgId, connectionId } = task;
  const manifest = await newestManifest(tx, connectionId);
  if (manifest === null) return;
  const base = { checkedAt: task.finishedAt ?? new Date(), nextScanAt: await nextScan(tx, connectionId) };
  const made = task.result?.plan;
  if (task.state !== 'succeeded' || made === undefined) {
    const reason = task.failure?.message ?? 'the look at it was given up';
    return putStatus(tx, orgId, connectionId, { ...base, state: 'unknown', reason });
  }
  if (made.changeCount === 0) {
    await putStatus(tx, orgId, connectionId, {
      ...base,
      state: 'converged',
      manifestVersion: manifest.version,
      reason: null,
    });
    return resolveFinding(tx, orgId, connectionId);
  }
  await putStatus(tx, orgId, connectionId, { ...base, state: 'drifted', reason: null });
  await noteFinding(tx, task, manifest.version, made);
}

async function noteFinding(
  tx: Tx,
  { orgId, connectionId }: TaskRow,
  manifestVersion: number,
  made: { digest: string; changeCount: number; content: object },
): Promise<void> {
  const open = await openFinding(tx, connectionId);
  if (open?.effectsDigest === made.digest)
    return void (await updateFinding(tx, open.id, { lastSeenAt: new Date() }));
  // Something else differs now: that is another finding, and what was ignored about the old one no longer holds.
  if (open) await updateFinding(tx, open.id, { resolvedAt: new Date() });
  const finding = await insertFinding(tx, {
    orgId,
    connectionId,
    manifestVersion,
    effectsDigest: made.digest,
    changeCount: made.changeCount,
    content: made.content,
  });
  const connection = await requireConnection(tx, connectionId);
  await recordChange(tx, orgId, {
    kind: 'drift.found',
    actor: { type: 'system', id: '', label: 'postern' },
    path: 'api',
    connection: { id: connection.id, slug: connection.slug },
    target: {
      type: 'drift_finding',
      id: finding.id,
      label: `${made.changeCount} changes on ${connection.slug}`,
    },
    after: { changes: made.changeCount, digest: made.digest },
  });
}

/** A plan that would undo what differs. One that waits already is as good. */
export function planForDrift(db: TenantDb, actor: OrgActor, id: string): Promise<PlanRow> {
  return db.withOrg(actor.orgId, async (tx) => {
    const finding = await requireFinding(tx, id);
    const live = await livePlan(tx, finding.connectionId);
    const plan =
      live !== null && isLive(live.state) && live.cause === 'drift'
        ? live
        : await startPlan(tx, actor.orgId, finding.connectionId, { by: actor, cause: 'drift' });
    if (plan === undefined)
      throw new PosternError('role_plan.refused', 'a plan of this connection is being applied', {
        fix: 'wait until it is over, and look again',
      });
    await updateFinding(tx, finding.id, { planId: plan.id });
    return plan;
  });
}

const ignoreInput = z.object({
  reason: z.string().trim().min(1, 'must say why').max(2_000, 'must have at most 2000 characters'),
  until: z.date(),
});
const IGNORE_MAX_MS = 366 * 24 * 3_600_000;

/** Takes a finding out of sight until a date; it comes back then, or when something else differs. */
export function ignoreDrift(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; reason: unknown; until: unknown },
): Promise<FindingRow> {
  const { reason, until } = parseInput(ignoreInput, given);
  const ahead = until.getTime() - Date.now();
  if (ahead <= 0 || ahead > IGNORE_MAX_MS)
    throw new PosternError('input.invalid', '`until` must lie ahead, by a year at most', {
      field: 'until',
      fix: 'choose a date within the next year',
    });
  return db.withOrg(actor.orgId, async (tx) => {
    const finding = await requireFinding(tx, given.id);
    const updated = await updateFinding(tx, finding.id, {
      ignoredUntil: until,
      ignoredReason: reason,
      ignoredBy: actor.userId,
      ignoredLabel: actor.email,
    });
    await recordChange(tx, actor.orgId, {
      kind: 'drift.ignored',
      actor: auditActorOf(actor),
      target: { type: 'drift_finding', id: finding.id, label: `${finding.changeCount} changes` },
      reason,
      after: { until: until.toISOString() },
    });
    return updated;
  });
}

async function requireFinding(tx: Tx, id: string): Promise<FindingRow> {
  const finding = isUuid(id) ? await findFinding(tx, id) : null;
  if (finding && finding.resolvedAt === null) return finding;
  throw new PosternError('drift.not_found', `there is no open finding \`${id}\` here`, {
    field: 'id',
    fix: 'reload the page: it may be resolved',
  });
}
