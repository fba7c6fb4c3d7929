import type { RequestContext } from '../graphql/context.js';
import { loaderOf } from '../graphql/loaders.js';
import type { User } from '../people/user.type.js';
import { groupRuleCounts } from '../rules/rule.queries.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { groupsByUser, memberCounts, peopleByGroup } from './group.queries.js';
import type { Group } from './group.type.js';

export const peopleOfGroup = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf<User[]>(context, 'group.members', orgId, (ids) => peopleByGroup(db, orgId, ids), []);

export const groupsOfUser = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf<Group[]>(context, 'user.groups', orgId, (ids) => groupsByUser(db, orgId, ids), []);

export const memberCountOfGroup = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf(context, 'group.memberCount', orgId, (ids) => memberCounts(db, orgId, ids), 0);

export const ruleCountOfGroup = (db: TenantDb, context: RequestContext, orgId: string) =>
  loaderOf(context, 'group.ruleCount', orgId, (ids) => groupRuleCounts(db, orgId, ids), 0);
