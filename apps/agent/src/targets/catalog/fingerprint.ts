/** Catalogs, the key of a row, and which rows matter. What a change of any of them could alter is in the catalog that is read. */
const WATCHED: readonly (readonly [table: string, key: string, where: string])[] = [
  ['pg_namespace', 'oid', 'true'],
  ['pg_proc', 'oid', 'oid >= 16384'],
  ['pg_aggregate', 'aggfnoid', 'aggfnoid::oid >= 16384'],
  ['pg_operator', 'oid', 'oid >= 16384'],
  ['pg_cast', 'oid', 'oid >= 16384'],
  ['pg_type', 'oid', 'oid >= 16384'],
  ['pg_range', 'rngtypid', 'rngtypid >= 16384'],
  ['pg_language', 'oid', 'true'],
  ['pg_extension', 'oid', 'true'],
  ['pg_opclass', 'oid', 'oid >= 16384'],
  ['pg_amproc', 'oid', 'oid >= 16384'],
  // Other sessions' temporary tables come and go all the time.
  [
    'pg_class',
    'oid',
    `oid >= 16384 and relkind in ('r', 'p', 'v', 'm', 'f', 'c')
      and (relpersistence <> 't' or relowner = (select oid from pg_catalog.pg_roles where rolname = session_user))`,
  ],
  ['pg_rewrite', 'oid', 'oid >= 16384'],
  ['pg_trigger', 'oid', 'not tgisinternal'],
  ['pg_policy', 'oid', 'true'],
  ['pg_attrdef', 'oid', 'true'],
  ['pg_constraint', 'oid', `contype in ('c', 'f', 'x')`],
  ['pg_index', 'indexrelid', 'indexrelid >= 16384 and (indexprs is not null or indpred is not null)'],
  ['pg_inherits', 'inhrelid', 'true'],
  ['pg_partitioned_table', 'partrelid', 'true'],
  ['pg_statistic_ext', 'oid', 'true'],
  ['pg_foreign_table', 'ftrelid', 'true'],
  ['pg_foreign_server', 'oid', 'true'],
  ['pg_foreign_data_wrapper', 'oid', 'true'],
  // Columns of made types, and members of extensions.
  [
    'pg_depend',
    'objid',
    `(refclassid = 'pg_catalog.pg_type'::regclass and classid = 'pg_catalog.pg_class'::regclass)
      or (refclassid = 'pg_catalog.pg_extension'::regclass and deptype = 'e')`,
  ],
  ['pg_db_role_setting', 'setrole', 'true'],
];

/**
 * One row of text that differs when any watched row came, went or was written again: writing gives a row another xmin. Sums of hashes,
 * because sums of the numbers themselves can be made to come out the same.
 */
export const FINGERPRINT = `select pg_catalog.concat_ws(' ', ${WATCHED.map(
  ([table, key, where]) => `(
  select pg_catalog.concat(pg_catalog.count(*), ':', pg_catalog.sum(
    pg_catalog.hashint8extended((${key}::oid::int8 << 32) | xmin::text::int8, 0)))
  from pg_catalog.${table} where ${where})`,
).join(',')}) as fingerprint`;
