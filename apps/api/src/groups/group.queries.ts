import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import { grouped } from '../graphql/loaders.js';
import { type CountedPage, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countGroups,
  countMembersByGroup,
  findGroup,
  findGroupPeople,
  findGroupsBySlug,
  findGroupsOfUsers,
  type GroupPerson,
  type GroupRow,
  listGroups,
} from './group.store.js';

export async function requireGroup(tx: Tx, id: string): Promise<GroupRow> {
  const group = isUuid(id) ? await findGroup(tx, id) : null;
  if (group) return group;
  throw new PosternError('group.not_found', `there is no group \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list',
  });
}

export function listGroupsPage(
  db: TenantDb,
  actor: OrgActor,
  args: PageArgs,
): Promise<CountedPage<GroupRow>> {
  const request = pageRequest(args);
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await listGroups(tx, request.take, request.after?.[0]);
    const page = pageOf(
      request,
      rows,
      (row) => [row.slug],
      (row) => row,
    );
    return { ...page, totalCount: await countGroups(tx) };
  });
}

/** Ids of the groups among `slugs` that exist. */
export async function groupIdsBySlug(tx: Tx, slugs: readonly string[]): Promise<Map<string, string>> {
  const rows = slugs.length === 0 ? [] : await findGroupsBySlug(tx, slugs);
  return new Map(rows.map((row) => [row.slug, row.id]));
}

export const peopleByGroup = (
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, GroupPerson[]>> =>
  db.withOrg(orgId, async (tx) =>
    grouped(
      await findGroupPeople(tx, ids),
      (row) => row.groupId,
      (row) => row.person,
    ),
  );

export const groupsByUser = (
  db: TenantDb,
  orgId: string,
  userIds: readonly string[],
): Promise<Map<string, GroupRow[]>> =>
  db.withOrg(orgId, async (tx) =>
    grouped(
      await findGroupsOfUsers(tx, userIds),
      (row) => row.userId,
      (row) => row.group,
    ),
  );

export const memberCounts = (
  db: TenantDb,
  orgId: string,
  ids: readonly string[],
): Promise<Map<string, number>> => db.withOrg(orgId, (tx) => countMembersByGroup(tx, ids));
