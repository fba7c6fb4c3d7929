import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { requireRule } from './rule.queries.js';
import { deleteRuleRow, findRulesOnlyFor, type RuleRow } from './rule.store.js';
import { auditedRule, type Because, publishFor, ruleLabel, staleRule } from './rule-changes.js';

async function remove(
  tx: Tx,
  actor: OrgActor,
  rule: RuleRow,
  version: number,
  because: Partial<Because> = {},
): Promise<void> {
  if (!(await deleteRuleRow(tx, { id: rule.id, version }))) throw staleRule();
  await recordChange(tx, actor.orgId, {
    kind: 'rule.deleted',
    actor: auditActorOf(actor),
    target: { type: 'rule', id: rule.id, label: ruleLabel(rule) },
    before: auditedRule(rule),
    ...(because.approvedBy === undefined ? {} : { after: { approvedBy: because.approvedBy } }),
    ...(because.reason === undefined ? {} : { reason: because.reason }),
  });
}

/** Deletes a rule that is still at `version`. */
export function deleteRule(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; version: number },
  because?: Because,
): Promise<void> {
  return db.withOrg(actor.orgId, async (tx) => {
    const rule = await requireRule(tx, given.id);
    await remove(tx, actor, rule, given.version, because);
    await publishFor(tx, actor.orgId, [rule.environmentId]);
  });
}

/** Deletes the rules that name nobody but this person, who is leaving. The caller publishes. */
export async function deleteRulesOnlyFor(tx: Tx, actor: OrgActor, userId: string): Promise<void> {
  for (const rule of await findRulesOnlyFor(tx, userId))
    await remove(tx, actor, rule, rule.version, { reason: 'its only member left the organisation' });
}
