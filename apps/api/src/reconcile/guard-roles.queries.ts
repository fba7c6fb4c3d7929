import { guardRole, guardUse, permissionsOf } from '@postern/core/policy';
import { agentsWithout } from '../agents/environment-status.queries.js';
import { requireConnection } from '../connections/connection.queries.js';
import { readOrgPolicy } from '../rules/org-policy.queries.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { roleSettings } from './manifest.store.js';

export interface GuardRolesView {
  isWanted: boolean;
  isInForce: boolean;
  roles: { name: string; permissions: string[]; people: number; isThere: boolean }[];
  unneeded: string[];
  ownLogin: number;
  olderAgents: string[];
}

/** The guard roles that a connection's rules take, and how far the database and the agents are. */
export function readGuardRoles(
  db: TenantDb,
  { orgId, connectionId }: { orgId: string; connectionId: string },
): Promise<GuardRolesView> {
  return db.withOrg(orgId, async (tx) => {
    const { id, slug, environmentId } = await requireConnection(tx, connectionId);
    const { guardRoles, guardsInForce, guardsThere } = await roleSettings(tx, id);
    const { people, ownLogin } = guardUse(await readOrgPolicy(tx), slug);
    return {
      isWanted: guardRoles,
      isInForce: guardsInForce,
      roles: [...people].map(([mask, count]) => ({
        name: guardRole(slug, mask),
        permissions: permissionsOf(mask),
        people: count,
        isThere: guardsThere.includes(mask),
      })),
      unneeded: guardsThere.filter((mask) => !people.has(mask)).map((mask) => guardRole(slug, mask)),
      ownLogin,
      olderAgents: await agentsWithout(tx, environmentId, 'guards'),
    };
  });
}
