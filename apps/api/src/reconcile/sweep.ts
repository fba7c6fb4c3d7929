import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { requireConnection } from '../connections/connection.queries.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { dueScans, expiredPlans, waitingEnvironments } from './due.store.js';
import { wantedGuards } from './guard-roles.js';
import { lockConnection, newestManifest, roleSettings } from './manifest.store.js';
import { movePlan } from './move-plan.js';
import { livePlan, lockPlan } from './plan.store.js';
import { nextScan, putStatus } from './status.js';
import { insertTask, listTasks, tellAgents } from './task.store.js';

/** Taken at a time; the next sweep goes on. */
const BATCH = 500;

/**
 * What has to happen because time passed: plans expire, connections are looked at for drift, and agents are told again of tasks
 * whose agent fell silent. Cadence and deadlines are rows, so nothing is lost with the queue.
 */
@Injectable()
export class Sweep {
  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  async run(): Promise<void> {
    for (const { orgId, id } of await expiredPlans(this.system, BATCH))
      await this.db.withOrg(orgId, (tx) => expire(tx, id));
    for (const { orgId, id } of await dueScans(this.system, BATCH))
      await this.db.withOrg(orgId, (tx) => scan(tx, orgId, id));
    for (const { orgId, id } of await waitingEnvironments(this.system, BATCH))
      await this.db.withOrg(orgId, (tx) => tellAgents(tx, id));
  }
}

async function expire(tx: Tx, connectionId: string): Promise<void> {
  await lockConnection(tx, connectionId);
  const live = await livePlan(tx, connectionId);
  const plan = live && (await lockPlan(tx, live.id));
  if (plan === null || plan.expiresAt > new Date()) return;
  await movePlan(
    tx,
    plan,
    { type: 'expired' },
    { update: { closedLabel: 'postern', reason: 'nobody decided in time' } },
  );
}

/** Looks for drift, unless a look is under way or a plan of the connection is: that looks by itself. */
async function scan(tx: Tx, orgId: string, connectionId: string): Promise<void> {
  await lockConnection(tx, connectionId);
  const manifest = await newestManifest(tx, connectionId);
  await putStatus(tx, orgId, connectionId, { nextScanAt: await nextScan(tx, connectionId) });
  const open = await listTasks(tx, { connectionId, states: ['waiting', 'running'] }, 1);
  if (manifest === null || open.length > 0) return;
  await requestScan(tx, orgId, connectionId);
}

/** Asks an agent to compare the database with the newest manifest. */
export async function requestScan(tx: Tx, orgId: string, connectionId: string): Promise<void> {
  const connection = await requireConnection(tx, connectionId);
  const manifest = await newestManifest(tx, connectionId);
  if (manifest === null) return;
  const { mode } = await roleSettings(tx, connectionId);
  const guards = await wantedGuards(tx, connection);
  await insertTask(tx, {
    id: uuidv7(),
    orgId,
    environmentId: connection.environmentId,
    connectionId,
    planId: null,
    kind: 'roles.scan',
    payload: { manifest: manifest.body, mode, ...(guards === null ? {} : { guards }) },
  });
  await tellAgents(tx, connection.environmentId);
}
