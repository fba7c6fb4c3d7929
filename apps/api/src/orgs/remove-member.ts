import { recordChange } from '../audit/record-change.js';
import { requestPublication } from '../policy/request-publication.js';
import { deleteRulesOnlyFor } from '../rules/delete-rule.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { keepAnOwner, requireMember, requireOwnerFor } from './change-member-role.js';
import { deleteMember } from './member.store.js';

/** Removes a member from the organisation, its groups and its rules. Rules that named nobody else go too: a rule without members is none. */
export async function removeMember(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const member = await requireMember(tx, id);
    requireOwnerFor(actor, member.role);
    await keepAnOwner(tx, member);
    await deleteRulesOnlyFor(tx, actor, member.userId);
    await deleteMember(tx, member.id);
    await recordChange(tx, actor.orgId, {
      kind: 'member.removed',
      actor: auditActorOf(actor),
      target: { type: 'user', id: member.userId, label: member.user.email },
      before: { role: member.role },
    });
    await requestPublication(tx, actor.orgId);
  });
}
