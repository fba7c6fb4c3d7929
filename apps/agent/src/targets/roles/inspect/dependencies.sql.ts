/**
 * What keeps roles from being dropped (pg_shdepend; the manual's "DROP ROLE"): $1 names of roles. `place` is null for
 * what belongs to the cluster, else the database. Only objects that this session can see have a description.
 * Default privileges of the role are left out: the plan itself revokes them.
 */
export const DEPENDENCIES = `
select r.rolname as role, d.deptype::text as kind, db.datname as place,
       (d.dbid = 0 or db.datname = pg_catalog.current_database()) as here,
       pg_catalog.count(*)::int as count,
       (pg_catalog.array_agg(
          case when d.dbid = 0 or db.datname = pg_catalog.current_database()
               then pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) end
          order by d.classid, d.objid))[1:5] as examples
from pg_catalog.pg_shdepend d
join pg_catalog.pg_roles r on r.oid = d.refobjid
left join pg_catalog.pg_database db on db.oid = d.dbid
where d.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass and d.deptype in ('o', 'a', 'r', 'i')
  and r.rolname = any($1::text[])
  and not (d.deptype = 'o' and d.classid = 'pg_catalog.pg_default_acl'::pg_catalog.regclass
           and db.datname = pg_catalog.current_database())
group by 1, 2, 3, 4
order by 1, 2, 3`;

export const SESSIONS = `
select usename as role, pg_catalog.count(*)::int as count,
       (pg_catalog.array_agg(pg_catalog.format('pid %s in %s', pid, datname) order by pid))[1:5] as examples
from pg_catalog.pg_stat_activity
where usename = any($1::text[]) and pid <> pg_catalog.pg_backend_pid()
group by 1 order by 1`;

/** Who holds the lock of another run. */
export const LOCK_HOLDER = `
select a.pid, a.usename as "user", a.application_name as application, a.client_addr::text as address
from pg_catalog.pg_locks l join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and l.classid::bigint = $1 and l.objid::bigint = $2 and l.objsubid = 2
  and l.database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;
