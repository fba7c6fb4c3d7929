import { extensionFunctionNeeds } from '@postern/core/sql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectNoEffects } from './expect-no-effects.js';
import { type FunctionCall, Sandbox } from './sandbox.js';

/** Every extension that this server can load; languages may lack their interpreter here. */
const INSTALL = `
  do $$
  declare e text;
  begin
    for e in select name from pg_available_extensions order by name loop
      begin
        execute format('create extension if not exists %I cascade', e);
      exception when others then
        raise notice '% is not for this machine: %', e, sqlerrm;
      end;
    end loop;
  end $$`;

/** What these do was read in their sources: each needs more than read. */
const EFFECTFUL = `
  autoprewarm_start_worker autoprewarm_dump_now autoinc bt_index_parent_check check_foreign_key check_primary_key
  connectby crosstab crosstab2 crosstab3 crosstab4 dblink dblink_cancel_query dblink_close dblink_connect
  dblink_connect_u dblink_disconnect dblink_exec dblink_fetch dblink_get_result dblink_open dblink_send_query
  get_raw_page heap_force_freeze heap_force_kill lo_manage pg_buffercache_evict pg_buffercache_evict_all
  pg_buffercache_evict_relation pg_get_wal_record_info pg_get_wal_records_info pg_stat_statements_reset
  pg_truncate_visibility_map postgres_fdw_disconnect postgres_fdw_disconnect_all triggered_change_notification
  xpath_table`
  .trim()
  .split(/\s+/);

/** Volatile and yet without effect: they report, draw at random, or change a setting of their own session. */
const HARMLESS_VOLATILE = `
  blhandler dintdict_init dintdict_lexize dxsyn_init dxsyn_lexize unaccent_init unaccent_lexize system_rows system_time
  fips_mode gen_random_bytes gen_random_uuid gen_salt pgp_pub_encrypt pgp_pub_encrypt_bytea pgp_sym_encrypt
  pgp_sym_encrypt_bytea uuid_generate_v1 uuid_generate_v1mc uuid_generate_v4 normal_rand set_limit isn_weak
  int_agg_final_array int_agg_state insert_username moddatetime pg_prewarm pg_stat_statements pg_stat_statements_info
  pgrowlocks postgres_fdw_get_connections ssl_cipher ssl_client_cert_present ssl_client_dn ssl_client_dn_field
  ssl_client_serial ssl_extension_info ssl_is_used ssl_issuer_dn ssl_issuer_field ssl_version`
  .trim()
  .split(/\s+/);

/** Calls that a value for each type alone does not make. */
const BY_HAND = [
  "select pg_prewarm('t')",
  "select pg_prewarm('t', 'prefetch'), pg_prewarm('t', 'read'), pg_prewarm('t_a', 'buffer')",
  "select pgrowlocks('t')",
  'select * from t tablesample system_rows(5)',
  'select * from t tablesample system_time(10)',
  "select a, similarity(a, 'd1') from t where a % 'd1' order by a <-> 'd1' limit 3",
  "select crypt('secret', gen_salt('bf', 4)), pgp_sym_decrypt(pgp_sym_encrypt('x', 'key'), 'key'), digest('x', 'sha256')",
  "select populate_record(null::products, 'id=>1,name=>x'::hstore), each('a=>1'::hstore), 'a=>1'::hstore -> 'a'",
  "select 'Top.Science'::ltree <@ 'Top'::ltree, subpath('a.b.c'::ltree, 1), lca(array['a.b'::ltree, 'a.c'::ltree])",
  "select unaccent('Hôtel'), soundex('Anne'), levenshtein('a', 'b'), metaphone('Thompson', 4), daitch_mokotoff('x')",
  "select earth_distance(ll_to_earth(52, 13), ll_to_earth(48, 2)), cube_union('(1)'::cube, '(2)'::cube)",
  "select uuid_generate_v5(uuid_ns_url(), 'x'), xpath_string('<a>1</a>', '/a'), xml_valid('<a/>')",
  'select query, calls from pg_stat_statements order by calls desc limit 3',
  'select dealloc from pg_stat_statements_info',
];

describe('functions of the extensions that PostgreSQL 18 ships', () => {
  let sandbox: Sandbox;
  let functions: FunctionCall[];

  beforeAll(async () => {
    sandbox = await Sandbox.start(18, INSTALL);
    functions = await sandbox.functions(
      `d.deptype = 'e' and p.prolang in (select oid from pg_language where lanname in ('c', 'internal'))`,
    );
  });
  afterAll(() => sandbox.stop());

  const needs = ({ extension, name }: FunctionCall) => extensionFunctionNeeds(extension, name);
  const isHarmless = (candidate: FunctionCall) => needs(candidate)?.length === 0;
  const namesOf = (found: readonly FunctionCall[]) => [...new Set(found.map(({ name }) => name))].sort();

  test('each in C of an extension that comes with PostgreSQL has an answer', () => {
    expect(new Set(functions.map(({ extension }) => extension)).size).toBeGreaterThan(40);
    expect(functions.length).toBeGreaterThan(1_000);
    expect(functions.filter((candidate) => needs(candidate) === undefined)).toEqual([]);
  });

  test('those that do something need more than read', () => {
    const known = functions.filter(({ name }) => EFFECTFUL.includes(name));
    expect(namesOf(known)).toEqual([...EFFECTFUL].sort());
    expect(known.filter(isHarmless)).toEqual([]);
  });

  test('a volatile one is harmless only by name', async () => {
    const volatile =
      await sandbox.functions(`e.extname <> 'plpgsql' and d.deptype = 'e' and p.provolatile = 'v'
      and p.prolang in (select oid from pg_language where lanname in ('c', 'internal'))`);
    expect(namesOf(volatile.filter(isHarmless))).toEqual([...HARMLESS_VOLATILE].sort());
  });

  test('what its own script takes away from PUBLIC is not harmless', async () => {
    const closed = await sandbox.functions(
      `d.deptype = 'e' and not has_function_privilege('bystander', p.oid, 'execute')`,
    );
    expect(closed.length).toBeGreaterThan(30);
    expect(closed.filter(isHarmless)).toEqual([]);
  });

  test('the harmless change nothing', async () => {
    const calls = functions.filter(isHarmless).map(({ call }) => call);
    const executed = await expectNoEffects(sandbox, calls, 'one');
    console.info(
      `effect oracle: ${executed} of ${calls.length} calls of harmless functions of extensions executed`,
    );
    expect(executed).toBeGreaterThan(400);
  });

  test.each(BY_HAND)('%s changes nothing', async (text) => {
    expect(await sandbox.effects([text])).toEqual({ changed: [], ran: 1 });
  });
});
