import type { OrgRole } from '../tenancy/actor.js';
import type { Tx } from '../tenancy/tenant-db.js';

/** Columns of a person that the app role may read; `select *` would be refused. */
export const PERSON = { id: true, email: true, name: true } as const;

const MEMBER = {
  id: true,
  orgId: true,
  userId: true,
  role: true,
  createdAt: true,
  user: { select: PERSON },
} as const;

export interface MemberRow {
  id: string;
  orgId: string;
  userId: string;
  /** Checked by `membership_role_known`. */
  role: OrgRole;
  createdAt: Date;
  user: { id: string; email: string; name: string };
}

export async function insertMember(
  tx: Tx,
  member: { id: string; orgId: string; userId: string; role: OrgRole },
): Promise<void> {
  await tx.membership.createMany({ data: [member] });
}

/** In the order of joining. */
export const listMembers = (tx: Tx, take: number, afterId?: string): Promise<MemberRow[]> =>
  tx.membership.findMany({
    select: MEMBER,
    where: afterId === undefined ? {} : { id: { gt: afterId } },
    orderBy: { id: 'asc' },
    take,
  }) as Promise<MemberRow[]>;

export const countMembers = (tx: Tx): Promise<number> => tx.membership.count();

export const findMember = (tx: Tx, id: string): Promise<MemberRow | null> =>
  tx.membership.findUnique({ select: MEMBER, where: { id } }) as Promise<MemberRow | null>;

export const findMembersByEmail = (tx: Tx, emails: string[]): Promise<MemberRow[]> =>
  tx.membership.findMany({ select: MEMBER, where: { user: { email: { in: emails } } } }) as Promise<
    MemberRow[]
  >;

export const findMembersByUser = (tx: Tx, userIds: string[]): Promise<MemberRow[]> =>
  tx.membership.findMany({ select: MEMBER, where: { userId: { in: userIds } } }) as Promise<MemberRow[]>;

/** Ids of the owners' memberships, locked: two owners cannot leave at the same moment. */
export async function lockOwners(tx: Tx): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    select id::text from membership where role = 'owner' order by id for update`;
  return rows.map((row) => row.id);
}

export const setRole = (tx: Tx, id: string, role: OrgRole): Promise<MemberRow> =>
  tx.membership.update({ select: MEMBER, where: { id }, data: { role } }) as Promise<MemberRow>;

export async function deleteMember(tx: Tx, id: string): Promise<void> {
  await tx.membership.delete({ where: { id }, select: { id: true } });
}
