import { requestPublication } from '../policy/request-publication.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { newestManifest } from './manifest.store.js';
import { startPlan } from './move-plan.js';
import { storeManifest } from './store-manifest.js';

const EMPTY = '# Nothing of its own yet. Guard roles come from the IAM rules, beside what stands here.\n{}\n';

/**
 * Somebody wants guard roles, or does not any more. On: nothing changes for anybody until the plan that makes them was applied.
 * Off: sessions use the agent's own login at once, and a plan would take the roles away.
 */
export async function guardsSwitched(
  tx: Tx,
  actor: OrgActor,
  connection: { readonly id: string; readonly slug: string; readonly environmentId: string },
  isOn: boolean,
): Promise<void> {
  if (isOn && (await newestManifest(tx, connection.id)) === null)
    await storeManifest(tx, actor, connection, {
      body: EMPTY,
      message: 'empty, made when guard roles were switched on',
      version: 1,
    });
  if (!isOn) await requestPublication(tx, actor.orgId, connection.environmentId);
  await startPlan(tx, actor.orgId, connection.id, { by: actor, cause: 'request' });
}
