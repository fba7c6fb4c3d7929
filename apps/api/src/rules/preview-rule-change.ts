import { PosternError } from '@postern/core/errors';
import {
  type AccessChange,
  diffAccess,
  type IamRule,
  iamRule,
  type PermissionMask,
  permissionsOf,
} from '@postern/core/policy';
import { type ConnectionView, connectionsBySlug } from '../connections/connection.queries.js';
import { type MemberPerson, peopleById } from '../orgs/member.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { compileOrgPolicy, iamRulesOf, readOrgPolicyRows } from './org-policy.queries.js';
import { type RuleDraft, resolveRule } from './resolve-rule.js';
import { requireRule } from './rule.queries.js';

/** How many changes are listed; all of them are counted. */
const LISTED = 200;

export interface RuleChange {
  ruleId?: string | null;
  rule?: RuleDraft | null;
}

export interface AccessChangeView {
  user: MemberPerson;
  connection: ConnectionView;
  before: string[];
  after: string[];
  gained: string[];
  lost: string[];
}

/** The rules as they would be: create (rule), update (ruleId and rule) or delete (ruleId). */
async function rulesAfter(tx: Tx, rules: readonly IamRule[], change: RuleChange): Promise<IamRule[]> {
  if (!change.ruleId && !change.rule)
    throw new PosternError('input.invalid', '`change` says nothing', {
      field: 'change',
      fix: 'give `rule` to create, `ruleId` and `rule` to update, `ruleId` alone to delete',
    });
  const id = change.ruleId ? (await requireRule(tx, change.ruleId)).id : 'new';
  const others = rules.filter((rule) => rule.id !== id);
  if (!change.rule) return others;
  const { text } = await resolveRule(tx, change.rule);
  return [...others, iamRule.parse({ id, ...text })];
}

async function view(tx: Tx, changes: readonly AccessChange[]): Promise<AccessChangeView[]> {
  const people = await peopleById(tx, [...new Set(changes.map((change) => change.principalId))]);
  const connections = await connectionsBySlug(tx, [
    ...new Set(changes.map((change) => change.connectionSlug)),
  ]);
  const names = (mask: PermissionMask): string[] => permissionsOf(mask);
  return changes.flatMap(({ principalId, connectionSlug, before, after }) => {
    const user = people.get(principalId);
    const connection = connections.get(connectionSlug);
    if (!user || !connection) return [];
    const gained = names(after & ~before);
    const lost = names(before & ~after);
    return [{ user, connection, before: names(before), after: names(after), gained, lost }];
  });
}

/** Who would gain or lose what, before anybody does: the same code decides here and in the agents. */
export function previewRuleChange(
  db: TenantDb,
  actor: OrgActor,
  change: RuleChange,
): Promise<{ changes: AccessChangeView[]; totalCount: number }> {
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await readOrgPolicyRows(tx);
    const rules = iamRulesOf(rows);
    const after = await rulesAfter(tx, rules, change);
    const listed: AccessChange[] = [];
    let totalCount = 0;
    for (const difference of diffAccess(compileOrgPolicy(rows, rules), compileOrgPolicy(rows, after))) {
      totalCount += 1;
      if (listed.length < LISTED) listed.push(difference);
    }
    return { changes: await view(tx, listed), totalCount };
  });
}
