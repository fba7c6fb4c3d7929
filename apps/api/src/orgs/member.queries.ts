import { type CountedPage, type PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor, OrgRole } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countMembers,
  findMembersByEmail,
  findMembersByUser,
  listMembers,
  type MemberRow,
} from './member.store.js';

export interface Member {
  id: string;
  orgId: string;
  userId: string;
  user: { id: string; email: string; name: string };
  role: OrgRole;
  joinedAt: Date;
}

export function memberOf({ createdAt, ...row }: MemberRow): Member {
  return { ...row, joinedAt: createdAt };
}

export function listMembersPage(db: TenantDb, actor: OrgActor, args: PageArgs): Promise<CountedPage<Member>> {
  const request = pageRequest(args);
  return db.withOrg(actor.orgId, async (tx) => {
    const rows = await listMembers(tx, request.take, request.after?.[0]);
    return {
      ...pageOf(request, rows, (row) => [row.id], memberOf),
      totalCount: await countMembers(tx),
    };
  });
}

export type MemberPerson = MemberRow['user'];

const peopleBy = (rows: readonly MemberRow[], key: 'id' | 'email'): Map<string, MemberPerson> =>
  new Map(rows.map(({ user }) => [user[key], user]));

/** The members among these people, by id. */
export const peopleById = async (tx: Tx, ids: readonly string[]): Promise<Map<string, MemberPerson>> =>
  peopleBy(ids.length === 0 ? [] : await findMembersByUser(tx, [...ids]), 'id');

/** The members among these addresses (lower case), by address. */
export const peopleByEmail = async (tx: Tx, emails: readonly string[]): Promise<Map<string, MemberPerson>> =>
  peopleBy(emails.length === 0 ? [] : await findMembersByEmail(tx, [...emails]), 'email');
