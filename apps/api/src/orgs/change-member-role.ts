import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, type OrgActor, type OrgRole } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type Member, memberOf } from './member.queries.js';
import { findMember, lockOwners, type MemberRow, setRole } from './member.store.js';

export const memberNotFound = (id: string) =>
  new PosternError('member.not_found', `there is no member \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list',
  });

export async function requireMember(tx: Tx, id: string): Promise<MemberRow> {
  const member = isUuid(id) ? await findMember(tx, id) : null;
  if (!member) throw memberNotFound(id);
  return member;
}

/** Owners alone make, change and remove owners. */
export function requireOwnerFor(actor: OrgActor, ...roles: string[]): void {
  if (actor.role === 'owner' || !roles.includes('owner')) return;
  throw new PosternError('auth.forbidden', `only an owner may do this with owners; you are ${actor.role}`, {
    fix: 'ask an owner of the organisation',
  });
}

/** An organisation always has an owner. Call before one of them loses the role. */
export async function keepAnOwner(tx: Tx, member: MemberRow): Promise<void> {
  if (member.role !== 'owner') return;
  const owners = await lockOwners(tx);
  if (owners.some((id) => id !== member.id)) return;
  throw new PosternError('org.last_owner', `\`${member.user.email}\` is the only owner`, {
    fix: 'make somebody else an owner first',
  });
}

export function changeMemberRole(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; role: OrgRole },
): Promise<Member> {
  return db.withOrg(actor.orgId, async (tx) => {
    const before = await requireMember(tx, given.id);
    requireOwnerFor(actor, before.role, given.role);
    if (given.role !== 'owner') await keepAnOwner(tx, before);
    const after = await setRole(tx, before.id, given.role);
    await recordChange(tx, actor.orgId, {
      kind: 'member.updated',
      actor: auditActorOf(actor),
      target: { type: 'user', id: after.userId, label: after.user.email },
      before: { role: before.role },
      after: { role: after.role },
    });
    return memberOf(after);
  });
}
