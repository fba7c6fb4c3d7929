import type { CatalogRelation, DataEvent, FunctionRef } from '@postern/core/sql';
import { NAMES } from './sections.js';

/**
 * SQL that reads what relations run. `$1`: bytes of a definition above which nobody looks into it. A text is null when it is longer,
 * or when reading it would have waited for somebody's lock: then `isLocked` says so. (pg_get_viewdef locks all that a view names.)
 */
const TEXT = (expression: string, isLocked: string): string => `
  case when not (${isLocked}) then (
    select case when pg_catalog.octet_length(t.text) <= $1 then t.text end
    from (select ${expression} as text) t) end as text,
  ${isLocked} as "isLocked"`;

const LOCKED = (relation: string): string => `${relation} in (select relation from locked)`;

/** Nodes (primnodes.h) that run nothing but built-in operators and casts. */
const HARMLESS_NODE = `(${[
  'VAR|CONST|OPEXPR|BOOLEXPR|NULLTEST|BOOLEANTEST|SCALARARRAYOPEXPR|RELABELTYPE|ARRAY|ARRAYEXPR',
  'COALESCE|COALESCEEXPR|CASE|CASEEXPR|WHEN|CASEWHEN|SQLVALUEFUNCTION',
  'FUNCEXPR :funcid \\d{1,4} :funcresulttype \\d+ :funcretset false :funcvariadic false :funcformat [12]',
].join('|')})\\s`;

/** A default or check of built-in operators, casts, columns and constants alone runs nothing that anybody made. */
const RUNS_CODE = (tree: string): string =>
  `(${tree}::text ~ '\\{(?!${HARMLESS_NODE})' or ${tree}::text ~ ':opno [1-9]\\d{4,}')`;

/** Defaults that almost every table has. INSERT needs more than they do. */
const ORDINARY_DEFAULT = `^(nextval\\(''([^'']|'''')*''::regclass\\)|now\\(\\)|gen_random_uuid\\(\\))$`;

interface TextRow {
  readonly relation: number;
  readonly text: string | null;
  readonly isLocked: boolean;
}

export interface RuleRow extends TextRow {
  /** A view's own query. */
  readonly isQuery: boolean;
  readonly event: DataEvent;
}

export const RULES = `
  with ${NAMES},
  waiting as (
    select distinct d.objid from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_rewrite'::regclass and d.refclassid = 'pg_catalog.pg_class'::regclass
      and ${LOCKED('d.refobjid')}),
  rule as (
    select r.oid, r.ev_class, r.ev_type, r.ev_type = '1' and c.relkind in ('v', 'm') as is_query
    from pg_catalog.pg_rewrite r join pg_catalog.pg_class c on c.oid = r.ev_class
    where r.oid >= 16384 and r.ev_enabled <> 'D')
  select r.ev_class as relation, r.is_query as "isQuery",
    case r.ev_type when '1' then 'select' when '2' then 'update' when '3' then 'insert' else 'delete' end as event,
    ${TEXT('case when r.is_query then pg_catalog.pg_get_viewdef(r.ev_class) else pg_catalog.pg_get_ruledef(r.oid) end', `r.oid in (select objid from waiting) or ${LOCKED('r.ev_class')}`)}
  from rule r order by r.oid`;

export interface PolicyRow extends TextRow {
  readonly policy: number;
  readonly event: DataEvent | null;
}

export const POLICIES = `
  with ${NAMES}
  select p.polrelid as relation, p.oid as policy,
    case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' end as event,
    ${TEXT('pg_catalog.pg_get_expr(x.tree, p.polrelid)', LOCKED('p.polrelid'))}
  from pg_catalog.pg_policy p
  cross join lateral (values (p.polqual), (p.polwithcheck)) as x(tree)
  where x.tree is not null
  order by p.oid`;

export interface TriggerRow extends TextRow {
  /** `tgtype`, bits as in pg_trigger.h. */
  readonly type: number;
  readonly hasWhen: boolean;
  readonly function: FunctionRef;
}

export const TRIGGERS = `
  with ${NAMES}
  select t.tgrelid as relation, t.tgtype::int4 as type, t.tgqual is not null as "hasWhen", f.value as function,
    ${TEXT('case when t.tgqual is not null then pg_catalog.pg_get_triggerdef(t.oid) end', LOCKED('t.tgrelid'))}
  from pg_catalog.pg_trigger t join ref f on f.oid = t.tgfoid
  where not t.tgisinternal and t.tgenabled <> 'D'
  order by t.oid`;

export interface ExpressionRow extends TextRow {
  /** A virtual generated column: computed by those who read. */
  readonly isRead: boolean;
}

/** Defaults, generated columns, checks, indexes, partition keys, statistics; exclusion operators and operator classes as calls. */
export const EXPRESSIONS = `
  with ${NAMES},
  expression as (
    select d.adrelid as relation, a.attgenerated = 'v' as is_read, d.adbin as tree, a.attgenerated = '' as is_default
    from pg_catalog.pg_attrdef d
    join pg_catalog.pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    union all
    select conrelid, false, conbin, false from pg_catalog.pg_constraint where contype = 'c' and conrelid >= 16384
    union all
    select i.indrelid, false, x.tree, false from pg_catalog.pg_index i
    cross join lateral (values (i.indexprs), (i.indpred)) as x(tree) where x.tree is not null and i.indexrelid >= 16384
    union all
    select partrelid, false, partexprs, false from pg_catalog.pg_partitioned_table where partexprs is not null
    union all
    select stxrelid, false, stxexprs, false from pg_catalog.pg_statistic_ext where stxexprs is not null),
  text as (
    select x.relation, x.is_read, x.is_default, ${TEXT('pg_catalog.pg_get_expr(x.tree, x.relation)', LOCKED('x.relation'))}
    from expression x where ${RUNS_CODE('x.tree')})
  select relation as relation, is_read as "isRead", text, "isLocked" from text
  where not is_default or text is null or text !~ '${ORDINARY_DEFAULT}'
  union all
  select c.conrelid, false, pg_catalog.format('null operator(%I.%s) null', n.nspname, o.oprname), false
  from pg_catalog.pg_constraint c
  cross join lateral pg_catalog.unnest(c.conexclop) as x(oid)
  join pg_catalog.pg_operator o on o.oid = x.oid and o.oid >= 16384
  join pg_catalog.pg_namespace n on n.oid = o.oprnamespace
  where c.contype = 'x'
  union all
  select distinct i.indrelid, false, pg_catalog.format('%I.%I(%s)', n.nspname, p.proname,
    pg_catalog.array_to_string(pg_catalog.array_fill('null'::text, array[p.pronargs::int4]), ', ')), false
  from pg_catalog.pg_index i
  cross join lateral pg_catalog.unnest(i.indclass::oid[]) as x(oid)
  join pg_catalog.pg_opclass o on o.oid = x.oid and o.oid >= 16384
  join pg_catalog.pg_amproc a on a.amprocfamily = o.opcfamily
  join pg_catalog.pg_proc p on p.oid = a.amproc::oid and p.oid >= 16384
  join pg_catalog.pg_namespace n on n.oid = p.pronamespace
  where not exists (
    select from pg_catalog.pg_depend d
    where d.classid = 'pg_catalog.pg_opclass'::regclass and d.objid = o.oid and d.deptype = 'e')`;

export interface ForeignRow {
  readonly relation: number;
  readonly wrapper: string;
  readonly isProgram: boolean;
}

export const FOREIGN_TABLES = `
  select t.ftrelid as relation, w.fdwname::text as wrapper,
    exists (select from pg_catalog.unnest(t.ftoptions) as o(text) where o.text like 'program=%') as "isProgram"
  from pg_catalog.pg_foreign_table t
  join pg_catalog.pg_foreign_server s on s.oid = t.ftserver
  join pg_catalog.pg_foreign_data_wrapper w on w.oid = s.srvfdw
  order by t.ftrelid`;

/** `from` is read, written or changed: then so is `to`. */
export interface EdgeRow {
  readonly from: number;
  readonly to: number;
  readonly isChild: boolean;
}

export const EDGES = `
  select i.inhparent as "from", i.inhrelid as "to", true as "isChild"
  from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid and c.relkind in ('r', 'p', 'f')
  union all
  select confrelid, conrelid, false from pg_catalog.pg_constraint
  where contype = 'f' and (confdeltype in ('c', 'n', 'd') or confupdtype in ('c', 'n', 'd'))`;

export interface ColumnTypeRow {
  readonly relation: number;
  readonly type: number;
}

/** `$1`: oids of types that run code. */
export const COLUMN_TYPES = `
  select distinct d.objid as relation, d.refobjid as type from pg_catalog.pg_depend d
  where d.classid = 'pg_catalog.pg_class'::regclass and d.refclassid = 'pg_catalog.pg_type'::regclass and d.objsubid > 0
    and d.refobjid = any ($1::oid[])`;

export interface RelationNameRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: CatalogRelation['kind'];
}

/** `$1`: oids of relations that run code. */
export const RELATION_NAMES = `
  with ${NAMES}
  select c.oid as oid, s.name as schema, c.relname::text as name,
    case c.relkind when 'r' then 'table' when 'p' then 'partitioned_table' when 'v' then 'view'
      when 'm' then 'materialized_view' else 'foreign_table' end as kind
  from pg_catalog.pg_class c join space s on s.oid = c.relnamespace
  where c.oid = any ($1::oid[]) and c.oid >= 16384 and c.relkind in ('r', 'p', 'v', 'm', 'f')
    and (not s.is_temp or c.relowner = (select oid from me))
  order by c.oid`;
