/** Schemas of people's own: PostgreSQL's and every session's temporary ones are not. */
const OWN_SCHEMA = `n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'`;

const RELATION_KINDS = `case c.relkind when 'r' then 'table' when 'p' then 'partitioned_table' when 'v' then 'view'
  when 'm' then 'materialized_view' when 'S' then 'sequence' when 'f' then 'foreign_table' else 'index' end`;

/** What belongs to an extension is listed under its schema as everything else; catalogs of PostgreSQL are not. */
export const SCHEMAS = `
  select n.nspname as name, pg_catalog.obj_description(n.oid, 'pg_namespace') as comment
  from pg_catalog.pg_namespace n where ${OWN_SCHEMA} order by n.nspname`;

/** One row an object: oid, kind, schema, name; `parent`: the table it is of; `detail`: arguments, bounds; `rows`: the planner's estimate. */
export const OBJECTS = `
  select c.oid::int8::float8 as oid, ${RELATION_KINDS} as kind, n.nspname as schema, c.relname as name,
    coalesce(i.indrelid, h.inhparent)::int8::float8 as parent, null::text as detail,
    case when c.relkind in ('r', 'p', 'm', 'f') and c.reltuples >= 0 then c.reltuples::int8::float8 end as rows
  from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_index i on i.indexrelid = c.oid
    left join pg_catalog.pg_inherits h on h.inhrelid = c.oid and c.relispartition and c.relkind in ('r', 'p', 'f')
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f', 'i', 'I') and c.relpersistence <> 't' and ${OWN_SCHEMA}
  union all
  select p.oid::int8::float8, case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end, n.nspname, p.proname,
    null, pg_catalog.pg_get_function_identity_arguments(p.oid), null
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where ${OWN_SCHEMA}
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  union all
  select t.oid::int8::float8, case t.typtype when 'd' then 'domain' else 'type' end, n.nspname, t.typname, null,
    case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range' when 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) else 'base' end,
    null
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
    left join pg_catalog.pg_class c on c.oid = t.typrelid
  where ${OWN_SCHEMA} and t.typtype in ('e', 'd', 'c', 'r', 'b') and (t.typrelid = 0 or c.relkind = 'c') and t.typcategory <> 'A'
    and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')
  union all
  select g.oid::int8::float8, 'trigger', n.nspname, g.tgname, g.tgrelid::int8::float8, null, null
  from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where not g.tgisinternal and ${OWN_SCHEMA}
  union all
  select y.oid::int8::float8, 'policy', n.nspname, y.polname, y.polrelid::int8::float8, null, null
  from pg_catalog.pg_policy y join pg_catalog.pg_class c on c.oid = y.polrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where ${OWN_SCHEMA}
  union all
  select e.oid::int8::float8, 'extension', n.nspname, e.extname, null, e.extversion, null
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  order by 3, 2, 4`;

/** Differs when any of the above did: writing a row gives it another xmin. Sums of hashes, which cannot be made to come out the same. */
export const FINGERPRINT = `select pg_catalog.concat_ws(' ', ${[
  'pg_namespace',
  'pg_class',
  'pg_attribute',
  'pg_proc',
  'pg_type',
  'pg_constraint',
  'pg_trigger',
  'pg_policy',
  'pg_extension',
  'pg_inherits',
  'pg_description',
]
  .map(
    (
      table,
    ) => `(select pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.sum(pg_catalog.hashint8extended(xmin::text::int8, 0)))
      from pg_catalog.${table})`,
  )
  .join(',')}) as fingerprint`;
