import { PosternError } from '@postern/core/errors';
import { requireConnection } from '../connections/connection.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { lockConnection, newestManifest } from './manifest.store.js';
import { startPlan } from './move-plan.js';
import type { PlanRow } from './plan.store.js';
import { requestScan } from './sweep.js';
import { listTasks } from './task.store.js';

const noManifest = (slug: string): PosternError =>
  new PosternError('role_manifest.not_found', `\`${slug}\` has no role manifest yet`, {
    fix: 'save one, or have one generated from the database',
  });

export function requestPlan(db: TenantDb, actor: OrgActor, connectionId: string): Promise<PlanRow> {
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = await requireConnection(tx, connectionId, 'connectionId');
    if ((await newestManifest(tx, connection.id)) === null) throw noManifest(connection.slug);
    const plan = await startPlan(tx, actor.orgId, connection.id, { by: actor, cause: 'request' });
    if (plan) return plan;
    throw new PosternError('role_plan.refused', 'a plan of this connection is being applied', {
      fix: 'wait until it is over; with a newer manifest the next plan is made by itself',
    });
  });
}

/** A look for drift now, unless one is under way. */
export function scanForDrift(db: TenantDb, actor: OrgActor, connectionId: string): Promise<void> {
  return db.withOrg(actor.orgId, async (tx) => {
    const connection = await requireConnection(tx, connectionId, 'connectionId');
    await lockConnection(tx, connection.id);
    if ((await newestManifest(tx, connection.id)) === null) throw noManifest(connection.slug);
    const open = await listTasks(tx, { connectionId: connection.id, states: ['waiting', 'running'] }, 100);
    if (!open.some(({ kind }) => kind === 'roles.scan')) await requestScan(tx, actor.orgId, connection.id);
  });
}
