import { evaluate, permissionsOf } from '@postern/core/policy';
import type { RequestContext } from '../graphql/context.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { orgPolicy } from './org-policy.queries.js';

/** Permissions of a person on a connection; the policy is compiled once a request. */
export async function permissionsHeld(
  db: TenantDb,
  context: RequestContext,
  connection: { orgId: string; slug: string },
  userId: string,
): Promise<string[]> {
  const { orgId, slug } = connection;
  const policy = await context.once(`loader:policy:${orgId}`, () => orgPolicy(db, orgId));
  return permissionsOf(evaluate(policy, userId, slug));
}
