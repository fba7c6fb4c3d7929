import type { Prisma } from '../generated/prisma/client.js';
import { Prisma as sql } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';

/** A rule in the words of the spec, as the rows say it. */
export interface RuleRow {
  id: string;
  orgId: string;
  /** `*` or a connection's short name. */
  connection: string;
  /** Environment of that connection; null for `*`. */
  environmentId: string | null;
  mask: number;
  members: string[];
  description: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
}

/** One member of a rule, looked up. */
export type MemberTarget =
  | { kind: 'everyone' }
  | { kind: 'user'; userId: string }
  | { kind: 'group'; groupId: string };

export interface NewRuleRow {
  connectionId: string | null;
  permissions: number;
  description: string;
  members: readonly MemberTarget[];
}

/** One statement for a list, members included. */
function selectRules(tx: Tx, where: Prisma.Sql, take: number | null): Promise<RuleRow[]> {
  return tx.$queryRaw<RuleRow[]>`
    select r.id::text, r.org_id::text as "orgId", coalesce(c.slug, '*') as connection,
           c.environment_id::text as "environmentId", r.permissions::int as mask, rm.members, r.description, r.version,
           r.created_at as "createdAt", r.updated_at as "updatedAt"
      from rule r
      left join db_connection c on c.org_id = r.org_id and c.id = r.connection_id
     cross join lateral (
        select coalesce(jsonb_agg(case m.kind when 'everyone' then '*' when 'user' then 'user:' || u.email
                 else 'group:' || g.slug end order by m.position, m.id), '[]') as members
          from rule_member m
          left join users u on u.id = m.user_id
          left join user_group g on g.org_id = m.org_id and g.id = m.group_id
         where m.org_id = r.org_id and m.rule_id = r.id) rm
     where ${where} order by r.id limit ${take}`;
}

/** In the order of creation. `connection` and `member` as they stand in the rule. */
export function listRules(
  tx: Tx,
  take: number,
  afterId: string | undefined,
  filter: { connection?: string | undefined; member?: string | undefined },
): Promise<RuleRow[]> {
  return selectRules(
    tx,
    sql.sql`${matches(filter)} and (${afterId ?? null}::uuid is null or r.id > ${afterId ?? null}::uuid)`,
    take,
  );
}

function matches(filter: { connection?: string | undefined; member?: string | undefined }): Prisma.Sql {
  return sql.sql`(${filter.connection ?? null}::text is null or coalesce(c.slug, '*') = ${filter.connection ?? null}::text)
    and (${filter.member ?? null}::text is null or rm.members ? ${filter.member ?? null}::text)`;
}

export async function countRules(
  tx: Tx,
  filter: { connection?: string | undefined; member?: string | undefined },
): Promise<number> {
  if (filter.connection === undefined && filter.member === undefined) return tx.rule.count();
  return (await selectRules(tx, matches(filter), null)).length;
}

export async function findRule(tx: Tx, id: string): Promise<RuleRow | undefined> {
  return (await selectRules(tx, sql.sql`r.id = ${id}::uuid`, 1))[0];
}

export const findRules = (tx: Tx, ids: readonly string[]): Promise<RuleRow[]> =>
  selectRules(tx, sql.sql`r.id = any(${[...ids]}::uuid[])`, null);

export async function insertRule(
  tx: Tx,
  orgId: string,
  id: string,
  { members, ...rule }: NewRuleRow,
  memberIds: readonly string[],
): Promise<void> {
  await tx.rule.createMany({ data: [{ id, orgId, ...rule }] });
  await insertMembers(tx, orgId, id, members, memberIds);
}

async function insertMembers(
  tx: Tx,
  orgId: string,
  ruleId: string,
  members: readonly MemberTarget[],
  memberIds: readonly string[],
): Promise<void> {
  await tx.ruleMember.createMany({
    data: members.map((member, position) => ({
      id: memberIds[position] ?? '',
      orgId,
      ruleId,
      position,
      ...member,
    })),
  });
}

/** False when the rule has another version by now. */
export async function replaceRule(
  tx: Tx,
  orgId: string,
  at: { id: string; version: number },
  { members, ...rule }: NewRuleRow,
  memberIds: readonly string[],
): Promise<boolean> {
  const { count } = await tx.rule.updateMany({
    where: at,
    data: { ...rule, version: at.version + 1, updatedAt: new Date() },
  });
  if (count !== 1) return false;
  await tx.ruleMember.deleteMany({ where: { ruleId: at.id } });
  await insertMembers(tx, orgId, at.id, members, memberIds);
  return true;
}

/** False when the rule has another version by now. */
export async function deleteRuleRow(tx: Tx, at: { id: string; version: number }): Promise<boolean> {
  const { count } = await tx.rule.deleteMany({ where: at });
  return count === 1;
}

/** Rules whose every member is this person. */
export const findRulesOnlyFor = (tx: Tx, userId: string): Promise<RuleRow[]> =>
  selectRules(
    tx,
    sql.sql`exists (select from rule_member a where a.rule_id = r.id and a.user_id = ${userId}::uuid)
      and not exists (select from rule_member b where b.rule_id = r.id and b.user_id is distinct from ${userId}::uuid)`,
    null,
  );

export async function countByConnection(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.rule.groupBy({
    by: ['connectionId'],
    where: { connectionId: { in: [...ids] } },
    _count: true,
  });
  return new Map(rows.map((row) => [row.connectionId ?? '', row._count]));
}

export async function countByGroup(tx: Tx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.ruleMember.groupBy({
    by: ['groupId'],
    where: { groupId: { in: [...ids] } },
    _count: true,
  });
  return new Map(rows.map((row) => [row.groupId ?? '', row._count]));
}
