import type { Tx } from '../tenancy/tenant-db.js';

export interface GroupRow {
  id: string;
  orgId: string;
  slug: string;
  name: string;
  createdAt: Date;
}

export interface GroupPerson {
  id: string;
  email: string;
  name: string;
}

export const insertGroup = (
  tx: Tx,
  group: { id: string; orgId: string; slug: string; name: string },
): Promise<GroupRow> => tx.userGroup.create({ data: group });

/** By short name: that is how rules name them. */
export const listGroups = (tx: Tx, take: number, afterSlug?: string): Promise<GroupRow[]> =>
  tx.userGroup.findMany({
    where: afterSlug === undefined ? {} : { slug: { gt: afterSlug } },
    orderBy: { slug: 'asc' },
    take,
  });

export const countGroups = (tx: Tx): Promise<number> => tx.userGroup.count();

export const findGroup = (tx: Tx, id: string): Promise<GroupRow | null> =>
  tx.userGroup.findUnique({ where: { id } });

export const findGroupsBySlug = (tx: Tx, slugs: readonly string[]): Promise<GroupRow[]> =>
  tx.userGroup.findMany({ where: { slug: { in: [...slugs] } } });

export const renameGroup = (tx: Tx, id: string, name: string): Promise<GroupRow> =>
  tx.userGroup.update({ where: { id }, data: { name } });

export async function deleteGroupRow(tx: Tx, id: string): Promise<void> {
  await tx.userGroup.delete({ where: { id } });
}

/** One change of a group's members at a time, so that the audit trail's before and after are true. */
export async function lockGroup(tx: Tx, id: string): Promise<void> {
  await tx.$queryRaw`select from user_group where id = ${id}::uuid for update`;
}

/** People of groups, by e-mail. */
export async function findGroupPeople(
  tx: Tx,
  groupIds: readonly string[],
): Promise<{ groupId: string; person: GroupPerson }[]> {
  return tx.$queryRaw<{ groupId: string; person: GroupPerson }[]>`
    select gm.group_id::text as "groupId", jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name) as person
      from group_member gm join users u on u.id = gm.user_id
     where gm.group_id = any(${[...groupIds]}::uuid[]) order by u.email`;
}

/** Groups of people, by short name. */
export async function findGroupsOfUsers(
  tx: Tx,
  userIds: readonly string[],
): Promise<{ userId: string; group: GroupRow }[]> {
  const rows = await tx.groupMember.findMany({
    where: { userId: { in: [...userIds] } },
    select: { userId: true, group: true },
    orderBy: { group: { slug: 'asc' } },
  });
  return rows;
}

export async function countMembersByGroup(tx: Tx, groupIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.groupMember.groupBy({
    by: ['groupId'],
    where: { groupId: { in: [...groupIds] } },
    _count: true,
  });
  return new Map(rows.map((row) => [row.groupId, row._count]));
}

export async function addMembers(
  tx: Tx,
  orgId: string,
  groupId: string,
  userIds: readonly string[],
): Promise<void> {
  await tx.groupMember.createMany({ data: userIds.map((userId) => ({ orgId, groupId, userId })) });
}

export async function removeMembers(tx: Tx, groupId: string, userIds: readonly string[]): Promise<void> {
  await tx.groupMember.deleteMany({ where: { groupId, userId: { in: [...userIds] } } });
}
