import { guardUse } from '@postern/core/policy';
import type { GuardMasks } from '@postern/protocol/tasks';
import { requestPublication } from '../policy/request-publication.js';
import { readOrgPolicy } from '../rules/org-policy.queries.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { putRoleSettings, roleSettings } from './manifest.store.js';
import type { PlanRow } from './plan.store.js';

interface Guarded {
  readonly id: string;
  readonly slug: string;
}

/** Guard roles that a connection's rules take now, and those of before that they do not; null: none of either. */
export async function wantedGuards(tx: Tx, { id, slug }: Guarded): Promise<GuardMasks | null> {
  const { guardRoles, guardsThere } = await roleSettings(tx, id);
  if (!guardRoles && guardsThere.length === 0) return null;
  const masks = guardRoles ? [...guardUse(await readOrgPolicy(tx), slug).people.keys()] : [];
  return { masks, retire: guardsThere.filter((mask) => !masks.includes(mask)) };
}

/** Whether two plans would make the same guard roles. */
export const sameMasks = (a: GuardMasks | null, b: GuardMasks | null): boolean =>
  (a?.masks ?? []).join() === (b?.masks ?? []).join();

/** A plan's guard roles are there, and those that were to go are gone: agents are told. */
export async function noteGuards(
  tx: Tx,
  { orgId, connectionId, guards }: PlanRow,
  environmentId: string,
): Promise<void> {
  if (guards === null) return;
  const settings = await roleSettings(tx, connectionId);
  await putRoleSettings(tx, orgId, {
    ...settings,
    guardsThere: guards.masks,
    guardsInForce: settings.guardRoles,
  });
  await requestPublication(tx, orgId, environmentId);
}
