import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type RuleDraft, resolveRule } from './resolve-rule.js';
import { type RuleView, requireRule, ruleView } from './rule.queries.js';
import { replaceRule } from './rule.store.js';
import {
  auditedRule,
  type Because,
  namedThingGone,
  publishFor,
  ruleLabel,
  staleRule,
} from './rule-changes.js';

/** Replaces a rule that is still at `version`. */
export function updateRule(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; version: number; rule: RuleDraft },
  because?: Because,
): Promise<RuleView> {
  const { orgId } = actor;
  const update = db.withOrg(orgId, async (tx) => {
    const before = await requireRule(tx, given.id);
    const rule = await resolveRule(tx, given.rule);
    const at = { id: before.id, version: given.version };
    if (
      !(await replaceRule(
        tx,
        orgId,
        at,
        rule.row,
        rule.row.members.map(() => uuidv7()),
      ))
    )
      throw staleRule();
    const after = await requireRule(tx, before.id);
    await recordChange(tx, orgId, {
      kind: 'rule.updated',
      actor: auditActorOf(actor),
      target: { type: 'rule', id: after.id, label: ruleLabel(after) },
      before: auditedRule(before),
      after: { ...auditedRule(after), ...(because ? { approvedBy: because.approvedBy } : {}) },
      ...(because ? { reason: because.reason } : {}),
    });
    await publishFor(tx, orgId, [before.environmentId, after.environmentId]);
    return ruleView(after);
  });
  return update.catch(namedThingGone);
}
