import { PosternError } from '@postern/core/errors';
import { ALL_PERMISSIONS, type PermissionMask, permissionsOf } from '@postern/core/policy';
import { isUuid } from '../graphql/ids.js';
import { type CountedPage, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countByConnection,
  countByGroup,
  countRules,
  findRule,
  findRules,
  listRules,
  type RuleRow,
} from './rule.store.js';

/** A rule as people read it. */
export interface RuleView extends Omit<RuleRow, 'mask' | 'environmentId'> {
  permissions: string[];
}

/** The spec's shorthand for all seven. */
export const permissionNames = (mask: PermissionMask): string[] =>
  mask === ALL_PERMISSIONS ? ['*'] : permissionsOf(mask);

export function ruleView({ mask, environmentId: _, ...row }: RuleRow): RuleView {
  return { ...row, permissions: permissionNames(mask) };
}

export const ruleNotFound = (id: string) =>
  new PosternError('rule.not_found', `there is no rule \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list',
  });

export async function requireRule(tx: Tx, id: string): Promise<RuleRow> {
  const rule = isUuid(id) ? await findRule(tx, id) : undefined;
  if (!rule) throw ruleNotFound(id);
  return rule;
}

export const getRule = (db: TenantDb, actor: OrgActor, id: string): Promise<RuleView> =>
  db.withOrg(actor.orgId, async (tx) => ruleView(await requireRule(tx, id)));

/** `connection` and `member` match what stands in the rule, letter by letter: `*` finds rules for `*`. */
export function listRulesPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs & { connection?: string; member?: string },
): Promise<CountedPage<RuleView>> {
  const request = pageRequest(args);
  const filter = { connection: args.connection ?? undefined, member: args.member ?? undefined };
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await listRules(tx, request.take, request.after?.[0], filter);
    return {
      ...pageOf(request, rows, (row) => [row.id], ruleView),
      totalCount: await countRules(tx, filter),
    };
  });
}

/** The rules among `ids` that exist, by id. */
export async function rulesById(tx: Tx, ids: readonly string[]): Promise<Map<string, RuleView>> {
  const rows = ids.length === 0 ? [] : await findRules(tx, ids);
  return new Map(rows.map((row) => [row.id, ruleView(row)]));
}

export const connectionRuleCounts = (
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, number>> => db.withOrg(orgId, (tx) => countByConnection(tx, ids));

export const groupRuleCounts = (
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, number>> => db.withOrg(orgId, (tx) => countByGroup(tx, ids));
