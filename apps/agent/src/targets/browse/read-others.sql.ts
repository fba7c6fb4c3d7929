/** `$1`: the oid of a function, procedure or aggregate. */
export const ROUTINE = `
  select p.oid::int8::float8 as oid, n.nspname as schema, p.proname as name, pg_catalog.pg_get_userbyid(p.proowner) as owner,
    case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end as kind,
    pg_catalog.obj_description(p.oid, 'pg_proc') as comment, l.lanname as language, p.prosecdef as "isSecurityDefiner",
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end as volatility,
    pg_catalog.pg_get_function_identity_arguments(p.oid) as arguments, pg_catalog.pg_get_function_result(p.oid) as result, p.proretset as "returnsSet",
    case when p.prokind <> 'a' then pg_catalog.pg_get_functiondef(p.oid) end as definition,
    (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', coalesce(p.proargnames[u.at], ''), 'type', pg_catalog.format_type(u.type, null),
        'hasDefault', u.at > pg_catalog.cardinality(p.proargtypes::oid[]) - p.pronargdefaults,
        'isVariadic', coalesce(p.proargmodes[u.at] = 'v', false)) order by u.at), '[]')
      from pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality u(type, at)
      where p.proargmodes is null or p.proargmodes[u.at] in ('i', 'b', 'v')) as parameters
  from pg_catalog.pg_proc p join pg_catalog.pg_namespace n on n.oid = p.pronamespace join pg_catalog.pg_language l on l.oid = p.prolang
  where p.oid = $1`;

export const ROUTINE_GRANTS = `
  select case when x.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end as role,
    pg_catalog.json_agg(pg_catalog.lower(x.privilege_type)) as privileges, pg_catalog.bool_or(x.is_grantable) as "mayGrant"
  from pg_catalog.pg_proc p, pg_catalog.aclexplode(coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner))) x
  where p.oid = $1 group by 1 order by 1`;

/** Triggers that call it. */
export const ROUTINE_DEPENDENTS = `
  select c.oid::int8::float8 as oid, case c.relkind when 'v' then 'view' when 'p' then 'partitioned_table' else 'table' end as kind, n.nspname as schema, c.relname as name,
    'used by' as direction
  from pg_catalog.pg_trigger g join pg_catalog.pg_class c on c.oid = g.tgrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where g.tgfoid = $1 and not g.tgisinternal order by 3, 4 limit 200`;

export const TYPE = `
  select t.oid::int8::float8 as oid, n.nspname as schema, t.typname as name, pg_catalog.pg_get_userbyid(t.typowner) as owner,
    case t.typtype when 'd' then 'domain' else 'type' end as kind, pg_catalog.obj_description(t.oid, 'pg_type') as comment,
    case t.typtype when 'e' then 'enum' when 'c' then 'composite' when 'r' then 'range' when 'd' then 'domain' else 'base' end as form,
    case when t.typtype = 'd' then pg_catalog.format_type(t.typbasetype, t.typtypmod) end as base, t.typnotnull as "isRequired", t.typdefault as default,
    (select pg_catalog.json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid) as labels,
    (select pg_catalog.json_agg(pg_catalog.json_build_object('name', k.conname, 'definition', pg_catalog.pg_get_constraintdef(k.oid, true)) order by k.conname)
      from pg_catalog.pg_constraint k where k.contypid = t.oid and k.contype = 'c') as checks,
    (select pg_catalog.format_type(r.rngsubtype, null) from pg_catalog.pg_range r where r.rngtypid = t.oid) as subtype,
    t.typrelid::int8::float8 as relation
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace where t.oid = $1`;

/** Columns of that type. */
export const TYPE_DEPENDENTS = `
  select distinct c.oid::int8::float8 as oid, case c.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'p' then 'partitioned_table' else 'table' end as kind,
    n.nspname as schema, c.relname as name, 'used by' as direction
  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where a.atttypid = $1 and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'v', 'm', 'f') order by 3, 4 limit 200`;

export const EXTENSION = `
  select e.oid::int8::float8 as oid, n.nspname as schema, e.extname as name, pg_catalog.pg_get_userbyid(e.extowner) as owner, 'extension' as kind,
    coalesce(pg_catalog.obj_description(e.oid, 'pg_extension'), a.comment) as comment, e.extversion as version
  from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    left join pg_catalog.pg_available_extensions a on a.name = e.extname where e.oid = $1`;

/** Triggers and policies are shown with their table. */
export const TRIGGER_TABLE = `select g.tgrelid::int8::float8 as oid from pg_catalog.pg_trigger g where g.oid = $1`;
export const POLICY_TABLE = `select y.polrelid::int8::float8 as oid from pg_catalog.pg_policy y where y.oid = $1`;
