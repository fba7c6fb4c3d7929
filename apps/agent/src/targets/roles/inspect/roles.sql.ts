/** All roles of the cluster: who a grantee is has to be known, whatever the manifest names. */
export const ROLES = `
select r.oid::text as oid, r.rolname as name, r.rolcanlogin as login, r.rolsuper as superuser,
       r.rolcreatedb as createdb, r.rolcreaterole as createrole, r.rolinherit as inherit,
       r.rolreplication as replication, r.rolbypassrls as bypassrls, r.rolconnlimit as "connectionLimit",
       case when r.rolvaliduntil = 'infinity' then null
            when r.rolvaliduntil = '-infinity' then '-infinity'
            else pg_catalog.to_char(r.rolvaliduntil at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
       end as "validUntil",
       d.description as comment,
       coalesce(everywhere.setconfig, '{}') as config,
       coalesce(here.setconfig, '{}') as "databaseConfig"
from pg_catalog.pg_roles r
left join pg_catalog.pg_shdescription d
       on d.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass and d.objoid = r.oid
left join pg_catalog.pg_db_role_setting everywhere on everywhere.setrole = r.oid and everywhere.setdatabase = 0
left join pg_catalog.pg_db_role_setting here on here.setrole = r.oid
      and here.setdatabase = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;

/** For those roles only whose password the manifest sets. */
export const VERIFIERS = `
select rolname as name, rolpassword as verifier from pg_catalog.pg_authid
where rolname = any($1::text[]) and rolpassword is not null`;

/** One row a grantor. Before 16 a membership had no options of its own, and its grantor may be a role that is gone. */
export const memberships = (major: number): string => `
select g.rolname as "group", m.rolname as member,
       coalesce(by.rolname, (select rolname from pg_catalog.pg_roles where oid = 10)) as grantor,
       a.admin_option as admin,
       ${major >= 16 ? 'a.inherit_option' : 'm.rolinherit'} as inherit,
       ${major >= 16 ? 'a.set_option' : 'true'} as set
from pg_catalog.pg_auth_members a
join pg_catalog.pg_roles g on g.oid = a.roleid
join pg_catalog.pg_roles m on m.oid = a.member
left join pg_catalog.pg_roles by on by.oid = a.grantor`;
