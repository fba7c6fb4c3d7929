/**
 * When the server last wrote what these items are about, by the commit time of the row's transaction (it keeps them only
 * with `track_commit_timestamp`; older ones are gone). $1: items as JSON with their position `i`. A row stands for more
 * than rights: a table's is also written by ALTER TABLE.
 */
const SOURCES = {
  relations: `
select i.i, c.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = i.name where i.aspect in ('rights', 'owner', 'rows')`,
  columns: `
select i.i, a.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = i.name
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attacl is not null where i.aspect = 'rights'`,
  policies: `
select i.i, p.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = i.name
join pg_catalog.pg_policy p on p.polrelid = c.oid where i.aspect = 'rows'`,
  functions: `
select i.i, p.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.schema
join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = pg_catalog.split_part(i.name, '(', 1)
where i.aspect = 'rights' and i.name like '%(%'`,
  types: `
select i.i, t.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.schema
join pg_catalog.pg_type t on t.typnamespace = n.oid and t.typname = i.name where i.aspect = 'rights'`,
  schemas: `
select i.i, n.xmin from items i join pg_catalog.pg_namespace n on n.nspname = i.name
where i.aspect in ('rights', 'owner') and i.schema is null`,
  databases: `
select i.i, d.xmin from items i join pg_catalog.pg_database d on d.datname = i.name
where i.aspect = 'rights' and i.schema is null`,
  memberships: `
select i.i, m.xmin from items i join pg_catalog.pg_roles g on g.rolname = i."group"
join pg_catalog.pg_roles r on r.rolname = i.role
join pg_catalog.pg_auth_members m on m.roleid = g.oid and m.member = r.oid where i.aspect = 'membership'`,
  defaults: `
select i.i, d.xmin from items i join pg_catalog.pg_roles o on o.rolname = i."group"
join pg_catalog.pg_default_acl d on d.defaclrole = o.oid
left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
where i.aspect = 'default' and n.nspname is not distinct from i.schema`,
};

/** Only for those who may read pg_authid. */
const ROLES = `
select i.i, a.xmin from items i join pg_catalog.pg_authid a on a.rolname = i.role where i.aspect = 'role'`;

export const KEEPS_COMMIT_TIMES = `select pg_catalog.current_setting('track_commit_timestamp')::bool as keeps`;

export const changeTimes = (mayReadRoles: boolean): string => `
with items as materialized (
  select * from pg_catalog.jsonb_to_recordset($1::jsonb)
    as x(i int, aspect text, role text, "group" text, schema text, name text)
)
select i, pg_catalog.to_char(pg_catalog.max(pg_catalog.pg_xact_commit_timestamp(xmin)) at time zone 'UTC',
         'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at
from (${[...Object.values(SOURCES), ...(mayReadRoles ? [ROLES] : [])].join('\nunion all')}) written
group by i`;
