import type { CatalogFunction, CatalogOperator, CatalogType, FunctionRef } from '@postern/core/sql';

/**
 * SQL that reads functions, operators, casts and types. All of it runs with an empty search_path, so names and operators can only be
 * PostgreSQL's own and what it prints is qualified. `$1`: bytes of a definition above which nobody looks into it.
 *
 * What somebody made has an oid of 16384 or more (transam.h, FirstNormalObjectId). Temporary objects are those of sessions with the
 * same login, whoever's they are: for names there is only one `pg_temp`.
 */
export const NAMES = `
  me as (select oid from pg_catalog.pg_roles where rolname = session_user),
  space as (
    select oid, nspname like 'pg\\_temp\\_%' as is_temp,
      case when nspname like 'pg\\_temp\\_%' then 'pg_temp' else nspname::text end as name
    from pg_catalog.pg_namespace),
  ref as (
    select p.oid, pg_catalog.json_build_object('oid', p.oid::int8, 'schema', s.name, 'name', p.proname) as value
    from pg_catalog.pg_proc p join space s on s.oid = p.pronamespace),
  locked as (
    select relation from pg_catalog.pg_locks
    where locktype = 'relation' and mode = 'AccessExclusiveLock' and pid <> pg_catalog.pg_backend_pid()
      and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database()))`;

/** `isLocked`: its definition would have been waited for. */
export interface FunctionRow extends Omit<CatalogFunction, 'definition' | 'extension'> {
  readonly definition: string | null;
  readonly extension: string | null;
  readonly isLocked: boolean;
}

export const FUNCTIONS = `
  with ${NAMES},
  member as (
    select d.objid, e.extname from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.classid = 'pg_catalog.pg_proc'::regclass and d.refclassid = 'pg_catalog.pg_extension'::regclass
      and d.deptype = 'e'),
  waiting as (
    select distinct d.objid from pg_catalog.pg_depend d join locked l on l.relation = d.refobjid
    where d.classid = 'pg_catalog.pg_proc'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass),
  calls as (
    select a.aggfnoid::oid as oid, pg_catalog.json_agg(r.value) as value
    from pg_catalog.pg_aggregate a
    cross join lateral (
      select f.oid from (values (a.aggtransfn::oid), (a.aggfinalfn::oid), (a.aggcombinefn::oid), (a.aggserialfn::oid),
        (a.aggdeserialfn::oid), (a.aggmtransfn::oid), (a.aggminvtransfn::oid), (a.aggmfinalfn::oid)) as f(oid)
      union select o.oprcode::oid from pg_catalog.pg_operator o where o.oid = a.aggsortop) f
    join ref r on r.oid = f.oid
    where a.aggfnoid::oid >= 16384
    group by a.aggfnoid::oid)
  select p.oid as oid, s.name as schema, p.proname::text as name,
    case p.prokind when 'f' then 'function' when 'p' then 'procedure' when 'a' then 'aggregate' else 'window' end as kind,
    pg_catalog.format('%I.%I(%s)', s.name, p.proname, pg_catalog.oidvectortypes(p.proargtypes)) as signature,
    l.lanname::text as language,
    case when l.lanname in ('sql', 'plpgsql') and p.prokind <> 'a' and w.objid is null
          and pg_catalog.octet_length(p.prosrc) <= $1
      then pg_catalog.pg_get_functiondef(p.oid) end as definition,
    w.objid is not null as "isLocked",
    p.prosecdef as "isSecurityDefiner",
    coalesce(p.proconfig, '{}') as config,
    (p.pronargs - p.pronargdefaults)::int4 as "minArgs",
    case when p.provariadic <> 0 then null
      when p.prokind = 'p' then greatest(p.pronargs::int4, pg_catalog.cardinality(p.proallargtypes))
      else p.pronargs::int4 end as "maxArgs",
    m.extname::text as extension,
    coalesce(c.value, '[]'::json) as calls,
    (select coalesce(pg_catalog.json_agg(distinct a.oid::int8), '[]'::json)
      from pg_catalog.unnest(p.proallargtypes || p.proargtypes::oid[] || p.prorettype) as a(oid)
      where a.oid >= 16384) as types
  from pg_catalog.pg_proc p
  join space s on s.oid = p.pronamespace
  join pg_catalog.pg_language l on l.oid = p.prolang
  left join member m on m.objid = p.oid
  left join waiting w on w.objid = p.oid
  left join calls c on c.oid = p.oid
  where p.oid >= 16384 and (not s.is_temp or p.proowner = (select oid from me))
  order by p.oid`;

/** The planner may put an operator's commutator or negator in its place. */
export const OPERATORS = `
  with ${NAMES}
  select s.name as schema, o.oprname::text as name, r.value as function
  from pg_catalog.pg_operator o
  join space s on s.oid = o.oprnamespace
  join pg_catalog.pg_operator same on same.oid in (o.oid, o.oprcom, o.oprnegate)
  join ref r on r.oid = same.oprcode::oid
  where o.oid >= 16384
  order by o.oid, same.oid`;

export type OperatorRow = CatalogOperator;

export interface CastRow {
  readonly source: number;
  readonly target: number;
  readonly context: 'e' | 'a' | 'i';
  readonly function: FunctionRef | null;
}

export const CASTS = `
  with ${NAMES}
  select c.castsource as source, c.casttarget as target, c.castcontext::text as context, r.value as function
  from pg_catalog.pg_cast c left join ref r on r.oid = c.castfunc
  where c.oid >= 16384
  order by c.oid`;

export interface TypeRow extends Omit<CatalogType, 'expressions'> {
  readonly expressions: readonly (string | null)[];
}

/** Types that run code, and all that is made of them. Most types (enums, rows of tables) run none and are left out. */
export const TYPES = `
  with recursive ${NAMES},
  behind as (
    select t.oid, f.oid as function from pg_catalog.pg_type t
    cross join lateral (values (t.typinput::oid), (t.typoutput::oid), (t.typreceive::oid), (t.typsend::oid), (t.typmodin::oid),
      (t.typmodout::oid), (t.typanalyze::oid), (t.typsubscript::oid)) as f(oid)
    where t.oid >= 16384 and t.typtype = 'b'
      and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)
    union select r.rngtypid, f.oid from pg_catalog.pg_range r
    cross join lateral (values (r.rngcanonical::oid), (r.rngsubdiff::oid)) as f(oid) where f.oid >= 16384
    union select t.oid, p.amproc::oid from pg_catalog.pg_amproc p
    cross join lateral (values (p.amproclefttype), (p.amprocrighttype)) as t(oid)
    where p.amproc::oid >= 16384 and t.oid >= 16384 and not exists (
      select from pg_catalog.pg_depend d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.amproc::oid and d.deptype = 'e')),
  expression as (
    select contypid as oid, pg_catalog.pg_get_expr(conbin, 0) as text from pg_catalog.pg_constraint
    where contypid <> 0 and contype = 'c' and oid >= 16384
    union all select oid, pg_catalog.pg_get_expr(typdefaultbin, 0) from pg_catalog.pg_type
    where oid >= 16384 and typtype = 'd' and typdefaultbin is not null),
  edge as (
    select oid as part, typarray as whole from pg_catalog.pg_type where typarray <> 0 and oid >= 16384
    union select typbasetype, oid from pg_catalog.pg_type where typtype = 'd' and oid >= 16384
    union select rngsubtype, rngtypid from pg_catalog.pg_range
    union select rngtypid, rngmultitypid from pg_catalog.pg_range
    union select d.refobjid, c.reltype from pg_catalog.pg_depend d
    join pg_catalog.pg_class c on c.oid = d.objid and c.reltype <> 0
    where d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_type'::regclass
      and d.objsubid > 0),
  reached as (
    select oid from (
      select oid from behind where function <> 0
      union select oid from expression
      union select castsource from pg_catalog.pg_cast where castfunc <> 0 and oid >= 16384
      union select casttarget from pg_catalog.pg_cast where castfunc <> 0 and oid >= 16384) root
    where oid >= 16384
    union select e.whole from edge e join reached r on r.oid = e.part),
  parts as (
    select e.whole as oid, pg_catalog.json_agg(distinct e.part::int8) as value
    from edge e join reached r on r.oid = e.part group by e.whole)
  select t.oid as oid, s.name as schema, t.typname::text as name,
    case t.typtype when 'c' then 'composite' when 'd' then 'domain' when 'e' then 'enum' when 'r' then 'range' when 'm' then 'multirange'
      else case when exists (select from pg_catalog.pg_type e where e.typarray = t.oid) then 'array' else 'base' end end as kind,
    coalesce(p.value, '[]'::json) as parts,
    (select coalesce(pg_catalog.json_agg(case when pg_catalog.octet_length(x.text) <= $1 then x.text end), '[]'::json)
      from expression x where x.oid = t.oid) as expressions,
    (select coalesce(pg_catalog.json_agg(f.value), '[]'::json)
      from behind b join ref f on f.oid = b.function where b.oid = t.oid) as functions
  from reached r
  join pg_catalog.pg_type t on t.oid = r.oid
  join space s on s.oid = t.typnamespace
  left join parts p on p.oid = t.oid
  where not s.is_temp or t.typowner = (select oid from me)
  order by t.oid`;
