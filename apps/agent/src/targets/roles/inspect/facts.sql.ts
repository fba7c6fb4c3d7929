/** Where we are. The providers are told by roles and functions that only they have. */
export const FACTS = `
select pg_catalog.current_setting('server_version_num')::int as version,
       pg_catalog.current_setting('server_version') as "versionText",
       pg_catalog.current_database() as database,
       current_user as "currentUser",
       (select rolsuper from pg_catalog.pg_roles where rolname = current_user) as "isSuperuser",
       (select rolname from pg_catalog.pg_roles where oid = 10) as "bootstrapUser",
       pg_catalog.pg_is_in_recovery() as "inRecovery",
       pg_catalog.pg_backend_pid() as pid,
       pg_catalog.host(pg_catalog.inet_server_addr()) as address,
       pg_catalog.inet_server_port() as port,
       coalesce(pg_catalog.current_setting('createrole_self_grant', true), '') <> '' as "grantsItselfNewRoles",
       pg_catalog.has_database_privilege(pg_catalog.current_database(), 'create') as "mayCreateSchemas",
       pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'execute') as "mayReadIdentifier",
       pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'select') as "mayReadVerifiers",
       exists (select from pg_catalog.pg_proc where proname = 'aurora_version') as "isAurora",
       array(select rolname from pg_catalog.pg_roles
             where rolname in ('rds_superuser', 'cloudsqlsuperuser', 'alloydbsuperuser', 'azure_pg_admin')
            )::text[] as "providerRoles"`;

export const SYSTEM_IDENTIFIER = `
select system_identifier::text as identifier from pg_catalog.pg_control_system()`;

/** A transaction that has changed nothing has none. */
export const CURRENT_XID = `select pg_catalog.pg_current_xact_id_if_assigned()::text as xid`;

/** committed, aborted or in progress; null where it is too long ago. */
export const XACT_STATUS = `select pg_catalog.pg_xact_status($1::text::pg_catalog.xid8) as status`;
