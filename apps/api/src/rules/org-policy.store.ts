import type { Tx } from '../tenancy/tenant-db.js';

/** The policy of a whole organisation, as the rows say it. */
export interface OrgPolicyRows {
  orgName: string;
  connections: { id: string; slug: string; name: string }[];
  principals: { id: string; email: string; name: string }[];
  groups: { slug: string; memberIds: string[] }[];
  rules: { id: string; connection: string; mask: number; members: string[] }[];
}

/** One statement, hence one snapshot. */
export async function readOrgPolicyRows(tx: Tx): Promise<OrgPolicyRows> {
  const [row] = await tx.$queryRaw<OrgPolicyRows[]>`
    select o.name as "orgName",
      (select coalesce(jsonb_agg(jsonb_build_object('id', id, 'slug', slug, 'name', name) order by slug), '[]')
         from db_connection) as connections,
      (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name) order by u.email), '[]')
         from membership m join users u on u.id = m.user_id) as principals,
      (select coalesce(jsonb_agg(jsonb_build_object('slug', g.slug, 'memberIds', coalesce(gm.ids, '[]')) order by g.slug), '[]')
         from user_group g
         left join (select group_id, jsonb_agg(user_id) as ids from group_member group by group_id) gm
           on gm.group_id = g.id) as groups,
      (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'connection', coalesce(c.slug, '*'),
                'mask', r.permissions, 'members', rm.members) order by r.id), '[]')
         from rule r
         left join db_connection c on c.id = r.connection_id
         join (select m.rule_id, jsonb_agg(case m.kind when 'everyone' then '*' when 'user' then 'user:' || u.email
                        else 'group:' || g.slug end order by m.position, m.id) as members
                 from rule_member m
                 left join users u on u.id = m.user_id
                 left join user_group g on g.id = m.group_id
                group by m.rule_id) rm on rm.rule_id = r.id) as rules
    from org o`;
  if (!row) throw new Error('the organisation has no row');
  return row;
}
