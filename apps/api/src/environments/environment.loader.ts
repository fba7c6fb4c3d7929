import type DataLoader from 'dataloader';
import type { RequestContext } from '../graphql/context.js';
import { loaderOf } from '../graphql/loaders.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { connectionCounts, environmentsById } from './environment.queries.js';
import type { Environment } from './environment.type.js';

export const connectionCountLoader = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf(context, 'environment.connectionCount', orgId, (ids) => connectionCounts(db, orgId, ids), 0);

const environments = (
  db: TenantDb,
  context: RequestContext,
  orgId: string,
): DataLoader<string, Environment | null> =>
  loaderOf<Environment | null>(
    context,
    'environment',
    orgId,
    (ids) => environmentsById(db, orgId, ids),
    null,
  );

/** The environment that a row of the same organisation belongs to; a foreign key says that it exists. */
export async function environmentOf(
  db: TenantDb,
  context: RequestContext,
  owner: { orgId: string; environmentId: string },
): Promise<Environment> {
  const environment = await environments(db, context, owner.orgId).load(owner.environmentId);
  if (!environment) throw new Error(`environment ${owner.environmentId} is gone`);
  return environment;
}
