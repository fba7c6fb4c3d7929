import { PosternError } from '@postern/core/errors';
import { explain } from '@postern/core/policy';
import { type ConnectionView, requireConnection } from '../connections/connection.queries.js';
import { isUuid } from '../graphql/ids.js';
import { type MemberPerson, peopleById } from '../orgs/member.queries.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { readOrgPolicy } from './org-policy.queries.js';
import { type RuleView, rulesById } from './rule.queries.js';

export interface EffectiveAccessView {
  user: MemberPerson;
  connection: ConnectionView;
  permissions: string[];
  grants: { permission: string; rules: RuleView[] }[];
}

/** What a person may do on a connection, and which rules give it. */
export function explainAccess(
  db: TenantDb,
  actor: OrgActor,
  given: { userId: string; connectionId: string },
): Promise<EffectiveAccessView> {
  return db.withOrg(actor.orgId, async (tx) => {
    const user = (await peopleById(tx, isUuid(given.userId) ? [given.userId] : [])).get(
      given.userId.toLowerCase(),
    );
    if (!user)
      throw new PosternError('member.not_found', `\`${given.userId}\` is not a member of the organisation`, {
        field: 'userId',
        fix: 'choose one of the members',
      });
    const connection = await requireConnection(tx, given.connectionId, 'connectionId');
    const granted = explain(await readOrgPolicy(tx), user.id, connection.slug);
    const rules = await rulesById(tx, [...new Set(granted.flatMap((grant) => grant.ruleIds))]);
    const grants = granted.map(({ permission, ruleIds }) => ({
      permission,
      rules: ruleIds.flatMap((id) => rules.get(id) ?? []),
    }));
    return { user, connection, permissions: granted.map((grant) => grant.permission), grants };
  });
}
