import { requireConnection } from '../connections/connection.queries.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { resolveFinding } from './drift.store.js';
import { noteGuards } from './guard-roles.js';
import { roleSettings } from './manifest.store.js';
import type { PlanRow } from './plan.store.js';

export type RoleState = 'converged' | 'drifted' | 'unknown';

export interface StatusRow {
  connectionId: string;
  state: RoleState;
  manifestVersion: number | null;
  checkedAt: Date | null;
  reason: string | null;
  nextScanAt: Date | null;
}

export const findStatus = (tx: Tx, connectionId: string): Promise<StatusRow | null> =>
  tx.roleStatus.findFirst({ where: { connectionId } }) as Promise<StatusRow | null>;

export async function putStatus(
  tx: Tx,
  orgId: string,
  connectionId: string,
  status: Partial<Omit<StatusRow, 'connectionId'>>,
): Promise<void> {
  await tx.roleStatus.upsert({
    where: { orgId_connectionId: { orgId, connectionId } },
    create: { orgId, connectionId, ...status },
    update: status,
  });
}

/** A database was made, or found, as its manifest wants it. */
export async function noteApplied(tx: Tx, plan: PlanRow): Promise<void> {
  await putStatus(tx, plan.orgId, plan.connectionId, {
    state: 'converged',
    manifestVersion: plan.manifestVersion,
    checkedAt: new Date(),
    reason: null,
    nextScanAt: await nextScan(tx, plan.connectionId),
  });
  await resolveFinding(tx, plan.orgId, plan.connectionId);
  const { environmentId } = await requireConnection(tx, plan.connectionId);
  await noteGuards(tx, plan, environmentId);
}

/** A tenth early or late, so that connections that were set up together are not looked at together for ever. */
const JITTER = 0.1;

export async function nextScan(tx: Tx, connectionId: string): Promise<Date | null> {
  const { driftEveryS } = await roleSettings(tx, connectionId);
  if (driftEveryS === null) return null;
  const factor = 1 - JITTER + Math.random() * 2 * JITTER;
  return new Date(Date.now() + driftEveryS * 1_000 * factor);
}
