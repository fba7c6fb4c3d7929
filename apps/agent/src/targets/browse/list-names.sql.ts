/** As much of a comment as helps somebody who writes; the object's page has it whole. */
const COMMENT_MAX = 1_000;

/** What the editor completes: relations with their columns, those of the catalogs too. */
export const RELATIONS = `
  select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name,
    case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table' else 'table' end as kind,
    pg_catalog.left(pg_catalog.obj_description(c.oid, 'pg_class'), ${COMMENT_MAX}) as comment,
    (select pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)) order by a.attnum)
      from pg_catalog.pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't' and n.nspname !~ '^pg_(toast|temp)'
  order by 2, 3`;

export const FOREIGN_KEYS = `
  select k.conrelid::int8::float8 as table, k.confrelid::int8::float8 as target,
    (select pg_catalog.json_agg(a.attname order by u.at) from pg_catalog.unnest(k.conkey) with ordinality u(num, at)
      join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num) as columns,
    (select pg_catalog.json_agg(a.attname order by u.at) from pg_catalog.unnest(k.confkey) with ordinality u(num, at)
      join pg_catalog.pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.num) as "targetColumns"
  from pg_catalog.pg_constraint k where k.contype = 'f' and k.conparentid = 0`;

/** Functions that a statement may name. What takes or gives `internal` is the server's own, and so is what operators and types are made of. */
export const FUNCTIONS = `
  select n.nspname as schema, p.proname as name, case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' when 'w' then 'window' else 'function' end as kind,
    pg_catalog.pg_get_function_arguments(p.oid) as arguments, pg_catalog.pg_get_function_result(p.oid) as result,
    pg_catalog.left(pg_catalog.obj_description(p.oid, 'pg_proc'), ${COMMENT_MAX}) as comment
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where n.nspname !~ '^pg_(toast|temp)' and n.nspname <> 'information_schema'
    and not ('internal'::regtype = any (p.proargtypes) or 'cstring'::regtype = any (p.proargtypes))
    and p.prorettype not in ('internal'::regtype, 'cstring'::regtype, 'trigger'::regtype, 'event_trigger'::regtype)
    and (n.nspname <> 'pg_catalog' or (p.proname !~ '^(bt|hash|gin|gist|spg|brin|RI_|binary_upgrade|_|pg_stat_get)'
      and not exists (select from pg_catalog.pg_operator o where o.oprcode = p.oid)
      and not exists (select from pg_catalog.pg_cast t where t.castfunc = p.oid)))
  order by 2, 1, 4`;

export const SEARCH_PATH = `select pg_catalog.to_json(pg_catalog.current_schemas(false)) as path`;
