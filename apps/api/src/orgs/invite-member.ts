import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import { recordChange } from '../audit/record-change.js';
import { hashOf, newSecret } from '../auth/session.js';
import type { Clock } from '../clock.js';
import { input, parseInput } from '../errors/parse-input.js';
import { auditActorOf, type OrgActor, type OrgRole } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireOwnerFor } from './change-member-role.js';
import { deleteOpenInvites, type InviteRow, insertInvite } from './invite.store.js';
import { findMembersByEmail } from './member.store.js';

const INVITE_LIFE_MS = 7 * 24 * 3_600_000;
const invitation = z.object({ email: input.email });

/** Invites somebody. A newer invitation of the same address replaces the one before. */
export function inviteMember(
  db: TenantDb,
  clock: Clock,
  actor: OrgActor,
  given: { email: string; role: OrgRole },
): Promise<{ invite: InviteRow; token: string }> {
  const { email } = parseInput(invitation, given);
  requireOwnerFor(actor, given.role);
  const token = newSecret('pin_');
  const expiresAt = new Date(clock.now().getTime() + INVITE_LIFE_MS);
  return db.withOrg(actor.orgId, async (tx) => {
    if ((await findMembersByEmail(tx, [email])).length > 0)
      throw new PosternError('member.already_member', `\`${email}\` is a member already`, {
        field: 'email',
        fix: 'change their role in the list of members',
      });
    await deleteOpenInvites(tx, { email });
    const invite = await insertInvite(tx, {
      id: uuidv7(),
      orgId: actor.orgId,
      email,
      role: given.role,
      tokenHash: hashOf(token),
      expiresAt,
    });
    await recordChange(tx, actor.orgId, {
      kind: 'member.invited',
      actor: auditActorOf(actor),
      target: { type: 'invite', id: invite.id, label: email },
      after: { email, role: given.role, expiresAt: expiresAt.toISOString() },
    });
    return { invite, token };
  });
}
