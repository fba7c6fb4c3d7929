/** Sessions of this database and login without the agent's mark. One's own are always readable. */
export const FOREIGN_SESSIONS = `
  select usename as login, coalesce(application_name, '') as application,
         coalesce(host(client_addr), 'local') as client, backend_start as "startedAt"
    from pg_catalog.pg_stat_activity
   where datname = pg_catalog.current_database() and backend_type = 'client backend'
     and usename = any($1::text[]) and coalesce(application_name, '') not like 'postern:%'
   order by backend_start limit 201`;

/** Where the extension lives, and since which version it tells top-level calls apart. */
export const STATEMENTS_EXTENSION = `
  select pg_catalog.quote_ident(n.nspname) as schema, pg_catalog.has_function_privilege(p.oid, 'execute') as readable,
         pg_catalog.current_setting('server_version_num')::int as version, session_user::text as login
    from pg_catalog.pg_extension e
    join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    join pg_catalog.pg_proc p on p.pronamespace = n.oid and p.proname = 'pg_stat_statements'
   where e.extname = 'pg_stat_statements'`;

/** Calls so far, without texts. `schema` is quoted by the server. */
export const statementCounts = (schema: string, version: number): string => `
  select pg_catalog.pg_get_userbyid(s.userid)::text as login, s.userid::text || ' ' || coalesce(s.queryid::text, '') as key,
         s.queryid::text as "queryId", sum(s.calls)::float8 as calls
    from ${schema}.pg_stat_statements(false) s
   where s.dbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
     ${version >= 140000 ? 'and s.toplevel' : ''}
   group by 1, 2, 3`;

export const statementTexts = (schema: string): string => `
  select s.queryid::text as "queryId", pg_catalog.min(s.query) as query
    from ${schema}.pg_stat_statements(true) s
   where s.queryid::text = any($1::text[])
     and s.dbid = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
   group by 1`;
