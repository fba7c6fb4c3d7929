import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type RuleDraft, resolveRule } from './resolve-rule.js';
import { type RuleView, requireRule, ruleView } from './rule.queries.js';
import { insertRule } from './rule.store.js';
import { auditedRule, namedThingGone, publishFor, ruleLabel } from './rule-changes.js';

export function createRule(db: TenantDb, actor: OrgActor, draft: RuleDraft): Promise<RuleView> {
  const { orgId } = actor;
  const create = db.withOrg(orgId, async (tx) => {
    const rule = await resolveRule(tx, draft);
    const id = uuidv7();
    await insertRule(
      tx,
      orgId,
      id,
      rule.row,
      rule.row.members.map(() => uuidv7()),
    );
    const row = await requireRule(tx, id);
    await recordChange(tx, orgId, {
      kind: 'rule.created',
      actor: auditActorOf(actor),
      target: { type: 'rule', id, label: ruleLabel(row) },
      after: auditedRule(row),
    });
    await publishFor(tx, orgId, [row.environmentId]);
    return ruleView(row);
  });
  return create.catch(namedThingGone);
}
