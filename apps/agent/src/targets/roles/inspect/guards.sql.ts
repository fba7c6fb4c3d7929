import { FUNCTION_REF } from './objects.sql.js';

/**
 * Schemas that are not PostgreSQL's own, each with the owners of what is in it for whom this session may alter default privileges.
 * $1: roles that do not count.
 */
export const GUARDED_SCHEMAS = `
select n.nspname::text as name, coalesce(owners.names, '{}') as owners,
  -- Only the database's owner and superusers may, and the database's owner is in no list of members.
  n.nspowner::pg_catalog.regrole::text = 'pg_database_owner' and not pg_catalog.current_setting('is_superuser')::bool as "isOthers"
from pg_catalog.pg_namespace n
left join lateral (
  select pg_catalog.array_agg(r.rolname::text order by r.rolname::text) as names
  from pg_catalog.pg_roles r
  where r.oid in (
      select n.nspowner
      union select c.relowner from pg_catalog.pg_class c where c.relnamespace = n.oid
      union select p.proowner from pg_catalog.pg_proc p where p.pronamespace = n.oid)
    and pg_catalog.pg_has_role(r.oid, 'USAGE') and r.rolname !~ '^pg_' and r.rolname::text <> all ($1::text[])
) owners on true
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1`;

/** Whether whoever applies may grant on the database. */
export const GRANTS_ON_DATABASE = `
select pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CONNECT WITH GRANT OPTION') as may`;

export const CLOSED_FUNCTIONS = `
select ${FUNCTION_REF}
from pg_catalog.pg_proc p
join pg_catalog.pg_namespace n on n.oid = p.pronamespace
join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass and d.objid = p.oid and d.deptype = 'e'
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.proacl is not null
  and not exists (select from pg_catalog.aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE')
order by 2, 3`;
