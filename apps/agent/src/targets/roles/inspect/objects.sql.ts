/**
 * Objects with their rights. Thousands of objects share a few lists of rights, so the server groups the objects by list
 * and takes each list apart once: one row a list, whatever the number of objects. Role oids stay numbers, because
 * turning each entry into text costs more than everything else here.
 *
 * Parameters of OBJECTS: $1 schemas (null: all but the system's), $2 schemas whose owner matters, $3 the database too,
 * $4 other kinds as JSON: kind → names, or null for all that have rights of their own.
 */
const grouped = (source: string, fields: string): string => `
select coalesce((
         select pg_catalog.json_agg(pg_catalog.json_build_array(e.grantee::text, e.grantor::text, e.privileges, e.grantable))
         from (select grantee, grantor, pg_catalog.array_agg(privilege_type) as privileges,
                      pg_catalog.array_agg(privilege_type) filter (where is_grantable) as grantable
               from pg_catalog.aclexplode(g.acl) group by grantee, grantor) e
       ), '[]') as entries,
       g.things
from (select acl, pg_catalog.json_agg(pg_catalog.json_build_array(${fields})) as things
      from (${source}) s group by acl) g`;

/** Schemas in scope; the rest joins it. */
const SCOPED = `
scoped as materialized (
  select oid, nspname from pg_catalog.pg_namespace
  where case when $1::text[] is null then nspname !~ '^pg_' and nspname <> 'information_schema'
             else nspname = any($1::text[]) end
)`;

const RELATION_TYPE = `case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table'
       when 'S' then 'sequence' else 'table' end`;

/** Names are text: as `name`, which holds 63 bytes, the signatures of the other branches would be cut off. */
const RELATIONS = `
select ${RELATION_TYPE} as type, n.nspname as schema, c.relname::text as name, c.relowner as owner,
       coalesce(c.relacl, pg_catalog.acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)) as acl
from pg_catalog.pg_class c join scoped n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')`;

/** By the types of the input arguments, which is how GRANT finds them; modes and names of arguments are not part of it. */
export const FUNCTION_REF = `
       case p.prokind when 'p' then 'procedure' else 'function' end as type, n.nspname as schema,
       p.proname || '(' || coalesce((
         select pg_catalog.string_agg(pg_catalog.format_type(a.type, null), ', ' order by a.position)
         from pg_catalog.unnest(p.proargtypes) with ordinality a(type, position)), '') || ')' as name`;

const FUNCTIONS = `
select ${FUNCTION_REF}, p.proowner, coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))
from pg_catalog.pg_proc p join scoped n on n.oid = p.pronamespace`;

/** Without what PostgreSQL makes by itself: arrays, row types of tables, multiranges (those follow their range). */
const TYPES = `
select case t.typtype when 'd' then 'domain' else 'type' end, n.nspname, t.typname, t.typowner,
       coalesce(t.typacl, pg_catalog.acldefault('T', t.typowner))
from pg_catalog.pg_type t join scoped n on n.oid = t.typnamespace
left join pg_catalog.pg_class c on c.oid = t.typrelid
where t.typtype in ('b', 'c', 'd', 'e', 'r') and (t.typrelid = 0 or c.relkind = 'c')
  and not exists (select from pg_catalog.pg_type element where element.typarray = t.oid)`;

const SCHEMAS = `
select 'schema', null, n.nspname, n.nspowner, coalesce(n.nspacl, pg_catalog.acldefault('n', n.nspowner))
from pg_catalog.pg_namespace n
where n.nspname = any($2::text[]) or n.oid in (select oid from scoped)`;

const DATABASE = `
select 'database', null, d.datname, d.datdba, coalesce(d.datacl, pg_catalog.acldefault('d', d.datdba))
from pg_catalog.pg_database d where $3::bool and d.datname = pg_catalog.current_database()`;

/** Kinds outside schemas: type, catalog, columns of name, owner and rights, letter of acldefault. */
const OTHERS = [
  ['language', 'pg_language', 'lanname', 'lanowner', 'lanacl', 'l'],
  ['foreign_server', 'pg_foreign_server', 'srvname', 'srvowner', 'srvacl', 'S'],
  ['foreign_data_wrapper', 'pg_foreign_data_wrapper', 'fdwname', 'fdwowner', 'fdwacl', 'F'],
  ['tablespace', 'pg_tablespace', 'spcname', 'spcowner', 'spcacl', 't'],
  ['large_object', 'pg_largeobject_metadata', 'oid::text', 'lomowner', 'lomacl', 'L'],
] as const;

const OTHER_OBJECTS = OTHERS.map(
  ([type, catalog, name, owner, acl, letter]) => `
select '${type}', null, ${name}, ${owner}, coalesce(${acl}, pg_catalog.acldefault('${letter}', ${owner}))
from pg_catalog.${catalog}
where $4::jsonb ? '${type}'
  and case when $4::jsonb -> '${type}' = 'null' then ${acl} is not null else $4::jsonb -> '${type}' ? ${name} end`,
);

/** Since 15. A parameter has a row only when somebody was granted something on it. */
const PARAMETERS = `
select 'parameter', null, p.parname, null::oid, p.paracl from pg_catalog.pg_parameter_acl p
where $4::jsonb ? 'parameter'
  and case when $4::jsonb -> 'parameter' = 'null' then true else $4::jsonb -> 'parameter' ? p.parname end
union all
select 'parameter', null, wanted.name, null::oid, pg_catalog.acldefault('p', 10)
from pg_catalog.jsonb_array_elements_text(case pg_catalog.jsonb_typeof($4::jsonb -> 'parameter')
       when 'array' then $4::jsonb -> 'parameter' else '[]' end) wanted(name)
where not exists (select from pg_catalog.pg_parameter_acl p where p.parname = wanted.name)`;

export const objects = (major: number): string => {
  const sources = [RELATIONS, FUNCTIONS, TYPES, SCHEMAS, DATABASE, ...OTHER_OBJECTS];
  if (major >= 15) sources.push(PARAMETERS);
  return `with ${SCOPED} ${grouped(sources.join('\nunion all\n'), 'type, schema, name, owner::text')}`;
};

/** $1 as above. Dropped columns keep no rights. */
export const COLUMNS = `with ${SCOPED} ${grouped(
  `select ${RELATION_TYPE} as type, n.nspname as schema, c.relname as name, a.attname, a.attacl as acl
   from pg_catalog.pg_attribute a
   join pg_catalog.pg_class c on c.oid = a.attrelid
   join scoped n on n.oid = c.relnamespace
   where a.attacl is not null and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f')`,
  'type, schema, name, attname',
)}`;

/** Of the relations $2 in the schemas $1 (in pairs), system columns too: rights can be granted on them. */
export const COLUMN_NAMES = `
select ${RELATION_TYPE} as type, n.nspname as schema, c.relname as name,
       pg_catalog.array_agg(a.attname::text) as columns
from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) wanted(schema, name)
join pg_catalog.pg_namespace n on n.nspname = wanted.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
join pg_catalog.pg_attribute a on a.attrelid = c.oid and not a.attisdropped
group by 1, 2, 3`;

/** $1 as above; those that hold everywhere always come along, and those of the roles $2 (null: of all), who may have to go. */
export const DEFAULTS = `with ${SCOPED} ${grouped(
  `select d.defaclrole as owner, n.nspname as schema,
          case d.defaclobjtype when 'r' then 'table' when 'S' then 'sequence' when 'f' then 'function'
               when 'T' then 'type' when 'n' then 'schema' when 'L' then 'large_object' end as on_type,
          d.defaclacl as acl
   from pg_catalog.pg_default_acl d left join pg_catalog.pg_namespace n on n.oid = d.defaclnamespace
   where d.defaclnamespace = 0 or n.oid in (select oid from scoped) or $2::text[] is null
      or d.defaclrole in (select oid from pg_catalog.pg_roles where rolname = any($2::text[]))`,
  'owner::text, schema, on_type',
)}`;

/** $1 as above. */
export const ROW_SECURITY = `with ${SCOPED}
select n.nspname as schema, c.relname as "table", c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
       coalesce((
         select pg_catalog.json_agg(pg_catalog.json_build_object(
           'name', p.polname, 'permissive', p.polpermissive,
           'command', case p.polcmd when 'r' then 'SELECT' when 'a' then 'INSERT' when 'w' then 'UPDATE'
                                    when 'd' then 'DELETE' else 'ALL' end,
           'roles', array(select oid::text from pg_catalog.unnest(p.polroles) oid),
           'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid),
           'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid)) order by p.polname)
         from pg_catalog.pg_policy p where p.polrelid = c.oid), '[]') as policies
from pg_catalog.pg_class c join scoped n on n.oid = c.relnamespace
where c.relkind in ('r', 'p')
  and (c.relrowsecurity or c.relforcerowsecurity or exists (select from pg_catalog.pg_policy p where p.polrelid = c.oid))`;
