import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { deleteOpenInvites, findInvite } from './invite.store.js';

export async function revokeInvite(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const invite = isUuid(id) ? await findInvite(tx, id) : null;
    if (!invite || (await deleteOpenInvites(tx, { id })) !== 1)
      throw new PosternError('auth.invite_invalid', `there is no open invitation \`${id}\` here`, {
        field: 'id',
        fix: 'reload the list: it may have been accepted',
      });
    await recordChange(tx, actor.orgId, {
      kind: 'member.invited',
      actor: auditActorOf(actor),
      target: { type: 'invite', id, label: invite.email },
      reason: 'the invitation was withdrawn',
      before: { email: invite.email, role: invite.role },
    });
  });
}
