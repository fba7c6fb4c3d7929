import { expect, test } from 'vitest';
import { extensionFunctionNeeds } from '../../src/sql/index.js';

// What each function of the extensions that PostgreSQL ships needs is tested on a server: test/oracle/extensions.test.ts.

test.each([
  ['pg_trgm', 'similarity', []],
  ['vector', 'cosine_distance', []],
  ['postgis', 'st_intersects', []],
  ['timescaledb', 'time_bucket', []],
  ['hypopg', 'hypopg', []],
  ['pg_stat_statements', 'pg_stat_statements', []],
  ['lo', 'lo_manage', ['write']],
  ['refint', 'check_foreign_key', ['execute']],
  ['xml2', 'xslt_process', ['execute']],
  ['hypopg', 'hypopg_create_index', ['execute']],
  ['timescaledb', 'add_job', ['execute']],
  ['postgis_raster', 'st_mapalgebra', ['execute']],
  ['xml2', 'xpath_table', ['admin']],
  ['pg_stat_statements', 'pg_stat_statements_reset', ['admin']],
  ['postgis', 'st_fromflatgeobuftotable', ['admin']],
  ['tablefunc', 'crosstab', ['admin']],
  ['pg_cron', 'schedule', ['admin']],
  ['plpgsql', 'plpgsql_call_handler', ['admin']],
])('%s: %s needs %j', (extension, name, needs) => {
  expect(extensionFunctionNeeds(extension, name)).toEqual(needs);
});

test.each(['my_extension', 'constructor', '__proto__', '', 'PG_TRGM', 'pg_trgm '])(
  'nobody reviewed the extension `%s`',
  (extension) => {
    expect(extensionFunctionNeeds(extension, 'similarity')).toBeUndefined();
  },
);

test('a name that only contains a harmless one is not that one', () => {
  expect(extensionFunctionNeeds('pg_prewarm', 'autoprewarm_start_worker')).toEqual(['admin']);
  expect(extensionFunctionNeeds('pgrowlocks', 'pgrowlocks_2')).toEqual(['admin']);
  expect(extensionFunctionNeeds('timescaledb', 'first_job')).toEqual(['execute']);
});
