import type { RequestContext } from '../graphql/context.js';
import { loaderOf } from '../graphql/loaders.js';
import { connectionRuleCounts } from '../rules/rule.queries.js';
import type { TenantDb } from '../tenancy/tenant-db.js';

export const ruleCountOfConnection = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf(context, 'connection.ruleCount', orgId, (ids) => connectionRuleCounts(db, orgId, ids), 0);
