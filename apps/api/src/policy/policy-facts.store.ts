import type { Tx } from '../tenancy/tenant-db.js';

/** What one environment's bundle is made of, as the rows say it. */
export interface PolicyFacts {
  org: { id: string; name: string };
  environment: { id: string; name: string };
  connections: {
    id: string;
    slug: string;
    name: string;
    statementTimeoutMs: number;
    lockTimeoutMs: number;
    idleInTransactionTimeoutMs: number;
    rowCap: number;
    audit: 'strict' | 'batched';
    /** Only where guard roles are in force. */
    guards?: number[];
  }[];
  principals: {
    id: string;
    email: string;
    name: string;
    databasePassword?: { verifier: string; expiresAt: string };
  }[];
  groups: { slug: string; memberIds: string[] }[];
  rules: { id: string; connection: string | null; permissions: number; members: string[] }[];
}

/**
 * One statement, hence one snapshot: a rule never appears without the group that it names. Ordered, so that the same rows
 * always give the same bytes.
 */
export async function readPolicyFacts(tx: Tx, environmentId: string): Promise<PolicyFacts | undefined> {
  const rows = await tx.$queryRaw<PolicyFacts[]>`
    select
      (select jsonb_build_object('id', o.id, 'name', o.name) from org o where o.id = e.org_id) as org,
      jsonb_build_object('id', e.id, 'name', e.name) as environment,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', c.id, 'slug', c.slug, 'name', c.name,
          'statementTimeoutMs', c.statement_timeout_ms, 'lockTimeoutMs', c.lock_timeout_ms,
          'idleInTransactionTimeoutMs', c.idle_in_transaction_timeout_ms, 'rowCap', c.row_cap,
          'audit', c.audit_mode)
          || case when s.guards_in_force then jsonb_build_object('guards', s.guards_there) else '{}' end
          order by c.slug), '[]')
        from db_connection c
        left join role_settings s on s.org_id = c.org_id and s.connection_id = c.id
        where c.org_id = e.org_id and c.environment_id = e.id) as connections,
      (select coalesce(jsonb_agg(jsonb_build_object('id', u.id, 'email', u.email, 'name', u.name)
          || case when p.id is null then '{}' else jsonb_build_object('databasePassword', jsonb_build_object(
            'verifier', p.verifier,
            'expiresAt', to_char(p.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))) end
          order by u.id), '[]')
        from membership m join users u on u.id = m.user_id
        left join database_password p on p.org_id = m.org_id and p.user_id = m.user_id and p.environment_id = e.id
        where m.org_id = e.org_id) as principals,
      (select coalesce(jsonb_agg(jsonb_build_object('slug', g.slug, 'memberIds', coalesce(gm.ids, '[]')) order by g.slug), '[]')
        from user_group g
        left join (select group_id, jsonb_agg(user_id order by user_id) as ids from group_member group by group_id) gm
          on gm.group_id = g.id
        where g.org_id = e.org_id) as groups,
      (select coalesce(jsonb_agg(jsonb_build_object(
          'id', r.id, 'connection', c.slug, 'permissions', r.permissions, 'members', rm.members) order by r.id), '[]')
        from rule r
        left join db_connection c on c.org_id = r.org_id and c.id = r.connection_id
        join (
          select m.rule_id, jsonb_agg(case m.kind
              when 'everyone' then '*' when 'user' then 'user:' || u.email else 'group:' || g.slug end
            order by m.position, m.id) as members
          from rule_member m
          left join users u on u.id = m.user_id
          left join user_group g on g.org_id = m.org_id and g.id = m.group_id
          group by m.rule_id) rm on rm.rule_id = r.id
        where r.org_id = e.org_id and (r.connection_id is null or c.environment_id = e.id)) as rules
    from environment e where e.id = ${environmentId}::uuid`;
  return rows[0];
}
