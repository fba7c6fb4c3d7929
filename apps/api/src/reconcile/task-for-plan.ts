import type { TaskKind } from '@postern/protocol/tasks';
import { v7 as uuidv7 } from 'uuid';
import { requireConnection } from '../connections/connection.queries.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { findManifest } from './manifest.store.js';
import type { PlanRow } from './plan.store.js';
import { insertTask, listTasks, type TaskRow, tellAgents } from './task.store.js';

/** Statements of an apply; a plan of thousands of grants takes seconds, one of them milliseconds. */
const STATEMENT_TIMEOUT_MS = 60_000;
const LOCK_TIMEOUT_MS = 10_000;

/** Nothing has this digest: an apply that expects it changes nothing and answers whether there is nothing left to do. */
const NO_DIGEST = 'cancelled';

/** Is it the look at what a cancelled apply left? */
export const isLookAfterCancel = ({ payload }: TaskRow): boolean =>
  (payload as { expectedDigest?: string }).expectedDigest === NO_DIGEST;

/** Puts the task of a plan's next step where the agents of its environment find it; once, however often it is asked for. */
export async function taskForPlan(
  tx: Tx,
  plan: PlanRow,
  kind: Extract<TaskKind, 'roles.plan' | 'roles.apply'>,
): Promise<void> {
  const open = await listTasks(tx, { planId: plan.id, states: ['waiting', 'running'] }, 10);
  if (open.some((task) => task.kind === kind)) return;
  const connection = await requireConnection(tx, plan.connectionId);
  const manifest = await findManifest(tx, plan.manifestId);
  if (manifest === null) return;
  const base = {
    manifest: manifest.body,
    mode: plan.mode,
    ...(plan.guards === null ? {} : { guards: plan.guards }),
  };
  await insertTask(tx, {
    id: uuidv7(),
    orgId: plan.orgId,
    environmentId: connection.environmentId,
    connectionId: connection.id,
    planId: plan.id,
    kind,
    payload:
      kind === 'roles.plan'
        ? base
        : {
            ...base,
            expectedDigest: plan.cancelAskedAt === null ? plan.effectsDigest : NO_DIGEST,
            systemIdentifier: plan.systemIdentifier,
            statementTimeoutMs: STATEMENT_TIMEOUT_MS,
            lockTimeoutMs: LOCK_TIMEOUT_MS,
          },
  });
  await tellAgents(tx, connection.environmentId);
}
