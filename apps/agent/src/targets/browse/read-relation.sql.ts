/** `$1`: its oid. One row of JSON, or none when there is no such relation any more. */
export const RELATION = `
  select c.oid::int8::float8 as oid, n.nspname as schema, c.relname as name, pg_catalog.pg_get_userbyid(c.relowner) as owner,
    case c.relkind when 'r' then 'table' when 'p' then 'partitioned_table' when 'v' then 'view' when 'm' then 'materialized_view'
      when 'S' then 'sequence' when 'f' then 'foreign_table' else 'index' end as kind,
    pg_catalog.obj_description(c.oid, 'pg_class') as comment,
    case when c.relkind in ('r', 'p', 'm', 'f') and c.reltuples >= 0 then c.reltuples::int8::float8 end as rows,
    case when c.relkind = 'p' then pg_catalog.pg_get_partkeydef(c.oid) end as "partitionKey",
    pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound,
    c.relrowsecurity as "rowSecurity", c.relforcerowsecurity as "rowSecurityForced", c.relpersistence = 'u' as "isUnlogged",
    (select pg_catalog.json_build_object('oid', p.oid::int8, 'kind', 'partitioned_table', 'schema', pn.nspname, 'name', p.relname)
      from pg_catalog.pg_inherits h join pg_catalog.pg_class p on p.oid = h.inhparent join pg_catalog.pg_namespace pn on pn.oid = p.relnamespace
      where h.inhrelid = c.oid and c.relispartition) as "partitionOf",
    (select pg_catalog.json_build_object('start', s.seqstart::text, 'increment', s.seqincrement::text, 'min', s.seqmin::text, 'max', s.seqmax::text,
      'cache', s.seqcache::text, 'cycles', s.seqcycle, 'type', pg_catalog.format_type(s.seqtypid, null))
      from pg_catalog.pg_sequence s where s.seqrelid = c.oid) as sequence
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = $1`;

export const COLUMNS = `
  select a.attname as name, pg_catalog.format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as "isRequired",
    pg_catalog.pg_get_expr(d.adbin, d.adrelid) as default,
    case a.attidentity when 'a' then 'always' when 'd' then 'by default' end as identity, a.attgenerated <> '' as "isGenerated",
    coalesce(a.attnum = any (pk.conkey), false) as "isPrimary", pg_catalog.col_description(a.attrelid, a.attnum) as comment
  from pg_catalog.pg_attribute a
    left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_catalog.pg_constraint pk on pk.conrelid = a.attrelid and pk.contype = 'p'
  where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`;

export const CONSTRAINTS = `
  select k.conname as name, case k.contype when 'p' then 'primary key' when 'u' then 'unique' when 'f' then 'foreign key' when 'c' then 'check'
      when 'x' then 'exclusion' else 'constraint trigger' end as kind,
    pg_catalog.pg_get_constraintdef(k.oid, true) as definition, k.convalidated as "isValid"
  from pg_catalog.pg_constraint k where k.conrelid = $1 and k.contype <> 'n' order by k.contype = 'p' desc, k.contype, k.conname`;

export const INDEXES = `
  select c.oid::int8::float8 as oid, c.relname as name, pg_catalog.pg_get_indexdef(c.oid) as definition, i.indisunique as "isUnique",
    i.indisprimary as "isPrimary", i.indisvalid as "isValid", s.idx_scan::float8 as scans,
    case when c.relkind = 'i' then pg_catalog.pg_relation_size(c.oid)::float8 end as bytes,
    exists (select from pg_catalog.pg_constraint k where k.conindid = c.oid and k.contype in ('p', 'u', 'x')) as "isOfConstraint"
  from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
    left join pg_catalog.pg_stat_all_indexes s on s.indexrelid = c.oid
  where i.indrelid = $1 order by i.indisprimary desc, c.relname`;

export const TRIGGERS = `
  select g.oid::int8::float8 as oid, g.tgname as name, pg_catalog.pg_get_triggerdef(g.oid, true) as definition, g.tgenabled <> 'D' as "isEnabled"
  from pg_catalog.pg_trigger g where g.tgrelid = $1 and not g.tgisinternal order by g.tgname`;

export const POLICIES = `
  select y.oid::int8::float8 as oid, y.polname as name, y.polpermissive as "isPermissive",
    case y.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
    (select coalesce(pg_catalog.json_agg(case when r = 0 then 'public' else pg_catalog.pg_get_userbyid(r)::text end), '[]') from pg_catalog.unnest(y.polroles) r) as roles,
    pg_catalog.pg_get_expr(y.polqual, y.polrelid) as using, pg_catalog.pg_get_expr(y.polwithcheck, y.polrelid) as check
  from pg_catalog.pg_policy y where y.polrelid = $1 order by y.polname`;

/** Foreign keys from it and to it. */
export const REFERENCES = `
  select k.conname as name, case when k.conrelid = $1 then 'out' else 'in' end as direction, o.oid::int8::float8 as oid, n.nspname as schema, o.relname as table,
    (select pg_catalog.json_agg(a.attname order by u.at) from pg_catalog.unnest(case when k.conrelid = $1 then k.conkey else k.confkey end) with ordinality u(num, at)
      join pg_catalog.pg_attribute a on a.attrelid = $1 and a.attnum = u.num) as columns,
    (select pg_catalog.json_agg(a.attname order by u.at) from pg_catalog.unnest(case when k.conrelid = $1 then k.confkey else k.conkey end) with ordinality u(num, at)
      join pg_catalog.pg_attribute a on a.attrelid = o.oid and a.attnum = u.num) as "otherColumns"
  from pg_catalog.pg_constraint k
    join pg_catalog.pg_class o on o.oid = case when k.conrelid = $1 then k.confrelid else k.conrelid end
    join pg_catalog.pg_namespace n on n.oid = o.relnamespace
  where k.contype = 'f' and k.conparentid = 0 and (k.conrelid = $1 or k.confrelid = $1) order by 2, 4, 5 limit 200`;

export const PARTITIONS = `
  select c.oid::int8::float8 as oid, case c.relkind when 'p' then 'partitioned_table' when 'f' then 'foreign_table' else 'table' end as kind,
    n.nspname as schema, c.relname as name, pg_catalog.pg_get_expr(c.relpartbound, c.oid) as bound
  from pg_catalog.pg_inherits h join pg_catalog.pg_class c on c.oid = h.inhrelid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  where h.inhparent = $1 and c.relispartition order by c.relname limit 1000`;

export const GRANTS = `
  select case when x.grantee = 0 then 'public' else pg_catalog.pg_get_userbyid(x.grantee)::text end as role,
    pg_catalog.json_agg(pg_catalog.lower(x.privilege_type) order by x.privilege_type) as privileges, pg_catalog.bool_or(x.is_grantable) as "mayGrant"
  from pg_catalog.pg_class c, pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault(case when c.relkind = 'S' then 's'::"char" else 'r'::"char" end, c.relowner))) x
  where c.oid = $1 and c.relkind not in ('i', 'I') group by 1 order by 1`;

/** Views and functions that read it, sequences that it owns. Through the rules that views are made of. */
export const DEPENDENTS = `
  select distinct o.oid::int8::float8 as oid, case o.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'S' then 'sequence' else 'table' end as kind,
    n.nspname as schema, o.relname as name, 'used by' as direction
  from pg_catalog.pg_depend d join pg_catalog.pg_rewrite w on d.classid = 'pg_catalog.pg_rewrite'::regclass and w.oid = d.objid
    join pg_catalog.pg_class o on o.oid = w.ev_class join pg_catalog.pg_namespace n on n.oid = o.relnamespace
  where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1 and o.oid <> $1
  union
  select o.oid::int8::float8, case o.relkind when 'v' then 'view' when 'm' then 'materialized_view' when 'f' then 'foreign_table' when 'S' then 'sequence' else 'table' end,
    n.nspname, o.relname, 'uses'
  from pg_catalog.pg_rewrite w join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_rewrite'::regclass and d.objid = w.oid
    join pg_catalog.pg_class o on d.refclassid = 'pg_catalog.pg_class'::regclass and o.oid = d.refobjid join pg_catalog.pg_namespace n on n.oid = o.relnamespace
  where w.ev_class = $1 and o.oid <> $1
  union
  select o.oid::int8::float8, 'sequence', n.nspname, o.relname, 'owns'
  from pg_catalog.pg_depend d join pg_catalog.pg_class o on d.classid = 'pg_catalog.pg_class'::regclass and o.oid = d.objid and o.relkind = 'S'
    join pg_catalog.pg_namespace n on n.oid = o.relnamespace
  where d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjid = $1 and d.deptype in ('a', 'i')
  order by 5, 3, 4 limit 200`;

/** Locks it, so it can fail where the others don't. */
export const SIZES = `
  select pg_catalog.pg_total_relation_size($1::oid::regclass)::float8 as "totalBytes", pg_catalog.pg_table_size($1::oid::regclass)::float8 as "tableBytes",
    pg_catalog.pg_indexes_size($1::oid::regclass)::float8 as "indexBytes"
  from pg_catalog.pg_class c where c.oid = $1 and c.relkind in ('r', 'm', 'S', 'i', 'p', 'I')`;

export const USE = `
  select s.seq_scan::float8 as "seqScans", s.idx_scan::float8 as "indexScans", s.n_live_tup::float8 as "liveRows", s.n_dead_tup::float8 as "deadRows",
    greatest(s.last_vacuum, s.last_autovacuum)::text as "vacuumedAt", greatest(s.last_analyze, s.last_autoanalyze)::text as "analyzedAt"
  from pg_catalog.pg_stat_all_tables s where s.relid = $1`;

/** Locks what the query reads. */
export const QUERY = `
  select case when c.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(c.oid, true) else pg_catalog.pg_get_indexdef(c.oid) end as query
  from pg_catalog.pg_class c where c.oid = $1 and c.relkind in ('v', 'm', 'i', 'I')`;
