import { explain } from '@postern/core/policy';
import { deleteRule } from '../rules/delete-rule.js';
import { orgPolicy } from '../rules/org-policy.queries.js';
import { type RuleView, rulesById } from '../rules/rule.queries.js';
import { updateRule } from '../rules/update-rule.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import type { ReviewItemRow, ReviewRow } from './review.store.js';

async function rulesGiving(db: TenantDb, orgId: string, item: ReviewItemRow): Promise<RuleView[]> {
  const policy = await orgPolicy(db, orgId);
  const ids = new Set(explain(policy, item.userId, item.connectionSlug).flatMap((grant) => grant.ruleIds));
  const rules = await db.withOrg(orgId, (tx) => rulesById(tx, [...ids]));
  return [...rules.values()];
}

/** What keeps a rule from being changed for one person on one connection alone; undefined: nothing does. */
function obstacle(rule: RuleView, item: ReviewItemRow): string | undefined {
  if (!rule.members.includes(`user:${item.userEmail}`)) {
    const groups = rule.members.filter((member) => member.startsWith('group:') || member === '*');
    return `take them out of ${groups.join(' or ')}, or change the rule (${rule.permissions.join(', ')} on ${rule.connection})`;
  }
  if (rule.connection === '*')
    return 'their rule is for all connections: give it the connections that they keep';
  return undefined;
}

/**
 * Takes a person's access to a connection away as far as it comes from rules that name them there; what comes through
 * groups or rules for everything would take more away than was reviewed, so it is said instead.
 */
export async function revokeAccess(
  db: TenantDb,
  actor: OrgActor,
  review: ReviewRow,
  item: ReviewItemRow,
): Promise<string> {
  const because = {
    reason: `revoked in the access review ${review.name}`,
    approvedBy: review.createdByLabel,
  };
  for (const rule of await rulesGiving(db, actor.orgId, item)) {
    if (obstacle(rule, item) !== undefined) continue;
    const members = rule.members.filter((member) => member !== `user:${item.userEmail}`);
    const at = { id: rule.id, version: rule.version };
    if (members.length === 0) await deleteRule(db, actor, at, because);
    else {
      const { connection, permissions, description } = rule;
      await updateRule(
        db,
        actor,
        { ...at, rule: { connection, permissions, members, description } },
        because,
      );
    }
  }
  const left = await rulesGiving(db, actor.orgId, item);
  if (left.length === 0) return 'access removed';
  return `still has access: ${left.map((rule) => obstacle(rule, item) ?? 'a rule was added meanwhile').join('; ')}`;
}
