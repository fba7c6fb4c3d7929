import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { counted } from '../errors/counted.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { requestPublication } from '../policy/request-publication.js';
import { groupRuleCounts } from '../rules/rule.queries.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireGroup } from './group.queries.js';
import { deleteGroupRow, findGroupPeople } from './group.store.js';

/** Deletes a group that no rule names. */
export async function deleteGroup(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  const remove = db.withOrg(actor.orgId, async (tx) => {
    const group = await requireGroup(tx, id);
    const people = await findGroupPeople(tx, [id]);
    await deleteGroupRow(tx, id);
    await recordChange(tx, actor.orgId, {
      kind: 'group.deleted',
      actor: auditActorOf(actor),
      target: { type: 'group', id, label: group.slug },
      before: { slug: group.slug, name: group.name, members: people.map((row) => row.person.email) },
    });
    await requestPublication(tx, actor.orgId);
  });
  await remove.catch(async (error) => {
    if (violatedConstraint(error) !== 'rule_member_group_fk') throw error;
    const rules = (await groupRuleCounts(db, actor.orgId, [id])).get(id) ?? 0;
    throw new PosternError('group.in_use', `${counted(rules, 'rule names', 'rules name')} this group`, {
      field: 'id',
      fix: 'take the group out of its rules first',
      facts: { rules },
    });
  });
}
