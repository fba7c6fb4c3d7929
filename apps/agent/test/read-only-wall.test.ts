import { readFileSync } from 'node:fs';
import type { PostgresServer } from '@postern/infra/postgres';
import { hasPostgres } from '@postern/infra/postgres-binaries';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

/**
 * The classifier knows PostgreSQL's own functions by their names. A superuser who replaces one that is written in SQL leaves the delete to the kernel's wall,
 * which is what is tested here.
 */
const SCHEMA = `
  create table logs (id int);
  insert into logs select generate_series(1, 10);
  create function wipe() returns bigint language sql volatile as
    'with gone as (delete from logs returning 1) select count(*) from gone';
  create or replace function pg_catalog.bit_length(text) returns int language plpgsql volatile as
    'begin return public.wipe(); end';
  create view leak as select bit_length('') as gone;
  select lo_from_bytea(1, 'large');
  create extension pg_surgery; create extension pg_visibility; create extension dblink;
  create extension pg_prewarm; create extension pg_stat_statements; create extension tablefunc;
  create function app_wipe() returns bigint language sql as 'select wipe()';
  create function volatile_fn() returns bigint language sql as 'select wipe()';
  create function immutable_killer() returns boolean language sql immutable as
    'select pg_terminate_backend(1)';`;
const LEAK = 'select * from leak';

/** READ_ONLY.md, "Leaving READ ONLY": the ways in which sessions leave the mode, one message after the other. */
const waysOut: readonly (readonly string[])[] = [
  [LEAK],
  ['begin', LEAK],
  ['begin read only', 'set transaction read write', LEAK],
  ['begin read only', 'select 1', 'set transaction read write', LEAK],
  ['begin read only', 'set transaction_read_only = off', LEAK],
  ['begin read only', 'select 1', 'set local transaction_read_only = off', LEAK],
  ['begin', "select set_config('transaction_read_only', 'off', true)", LEAK],
  ['begin', "select pg_catalog.set_config('transaction_' || 'read_only', 'off', true)", LEAK],
  ['begin', 'reset transaction_read_only', LEAK],
  ['begin', 'savepoint a', 'set transaction read write', LEAK],
  ['begin read only', 'commit', LEAK],
  ['begin read only', 'rollback', LEAK],
  [`commit; ${LEAK}`],
  [`rollback; ${LEAK}`],
  ['begin read only', `commit; ${LEAK}; begin`, 'commit'],
  ['begin read only', `set transaction read write; ${LEAK}`, 'commit'],
  ['begin read only', 'commit and chain', LEAK],
  ['begin read only', 'commit and chain', 'set transaction read write', LEAK],
  ['set default_transaction_read_only = off', LEAK],
  ['set session default_transaction_read_only to default', LEAK],
  ['begin read write', LEAK],
  [`start transaction read write; ${LEAK}`, 'commit'],
  ['begin isolation level serializable, read write', LEAK, 'commit'],
  ['set session characteristics as transaction read write', LEAK],
  ['begin', 'set transaction_read_only to default', LEAK],
  ['begin read only', 'reset transaction_read_only', 'commit', LEAK],
  ['reset all', LEAK],
  ['reset default_transaction_read_only', LEAK],
  ['discard all', LEAK],
  ["select set_config('default_transaction_read_only', 'off', false)", LEAK],
  [
    "update pg_settings set setting = 'off' where name = 'default_transaction_read_only'",
    'begin',
    LEAK,
    'commit',
  ],
  [`set transaction_read_only = off; ${LEAK}`],
  ['do $$ begin commit; perform wipe(); end $$'],
  ['do $$ begin commit; set transaction read write; perform wipe(); end $$'],
  ["prepare transaction 'left'", "commit prepared 'left'"],
  ['prepare p as delete from logs', 'execute p'],
  [`prepare p as ${LEAK}`, 'set transaction read write', 'execute p'],
  [
    "prepare p(text) as select set_config('default_transaction_read_only', $1, false)",
    "execute p('off')",
    LEAK,
  ],
  ['set standard_conforming_strings = off', "select 'a\\'', 1; select * from leak; --'"],
  [
    "select set_config('standard_conforming_strings', 'off', false)",
    "select 'a\\'', 1; select * from leak; --'",
  ],
  [`declare c cursor with hold for ${LEAK}`, 'fetch c'],
  ['begin', `declare c cursor with hold for ${LEAK}`, 'commit', 'fetch c'],
  ["set session_authorization = 'postgres'", LEAK],
  ['set role none', LEAK],
  [`explain analyze ${LEAK}`],
  ['explain analyze create table made as select wipe()'],
  ['begin', 'explain analyze create temp table made as select 1', LEAK],
  [`copy (${LEAK}) to stdout`],
  [`select query_to_xml('${LEAK}', true, false, '')`],
  ["select query_to_xml('set transaction read write', true, false, '')", LEAK],
  // READ ONLY does not stop large objects before PostgreSQL 16.
  ['select lo_create(0)'],
  ['select pg_catalog.lo_creat(-1)'],
  ["select lo_from_bytea(0, 'x')"],
  ["select lo_put(1, 0, 'x')"],
  ['select lo_unlink(1)'],
  ['select lo_unlink(oid) from pg_largeobject_metadata'],
  ["select lowrite(lo_open(1, 131072), 'x')"],
  ['select lo_truncate(lo_open(1, 393216), 0)'],
  ['begin', 'select lo_open(1, 131072)', "select lowrite(0, 'x')", 'commit'],
  ["select query_to_xml('select lo_unlink(1)', true, false, '')"],
  ['explain analyze select lo_unlink(1)'],
  ['delete from pg_largeobject'],
];

/** The statements of the table "What READ ONLY leaves open" in docs/permissions.md. */
const holes = [
  ...readFileSync(new URL('../../../docs/permissions.md', import.meta.url), 'utf8').matchAll(
    /^\|[^|`]*\| `(.+?)` \| [^|`]* \|$/gm,
  ),
].map(([, sql = '']) => sql);

describe.each([15, 18] as const)('the read-only wall on PostgreSQL %i', (major) => {
  // Not every platform has the older one: the report then names the version that was not tried.
  if (!hasPostgres(major)) return it.skip('is not installed for this platform');
  let server: PostgresServer;
  let world: World;
  let url: string;
  let alex: Browser;
  let sam: Browser;

  beforeAll(async () => {
    server = await testServer({ major });
    url = await createDatabase(server, uniqueName('wall'));
    await asSuperuser(url, SCHEMA);
    world = await World.create({ shop: url });
    await world.publish([
      rule('shop', ['read', 'explain', 'export'], 'user:alex@acme.example'),
      rule('shop', ['read', 'write'], 'user:sam@acme.example'),
    ]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    alex = await world.signIn('alex');
    sam = await world.signIn('sam');
  });
  afterAll(async () => {
    await world?.stop();
    await server?.stop();
  });

  const state = () =>
    asSuperuser(
      url,
      `select (select count(*) from logs), (select count(*) from pg_class where relname = 'made'),
              (select count(*) from pg_prepared_xacts where database = current_database()),
              (select string_agg(oid::text, ',') from pg_largeobject_metadata),
              (select string_agg(convert_from(data, 'UTF8'), ',') from pg_largeobject)`,
    );
  const kept = ['0', '0', '1', 'large'];
  const untouched = [['10', ...kept]];

  it('is tried on that version', async () => {
    expect(await alex.value('shop', 'show server_version')).toMatch(new RegExp(`^${major}\\.`));
  });

  it('is not there for those who may write: what is tried below would work', async () => {
    expect(await state()).toEqual(untouched);
    expect(await sam.value('shop', LEAK)).toBe('10');
    expect(await state()).toEqual([['0', ...kept]]);
    await asSuperuser(url, 'insert into logs select generate_series(1, 10)');
  });

  it('has no help from the kernel for large objects before PostgreSQL 16', async () => {
    const written = asSuperuser(url, "begin read only; select lo_put(1, 0, 'x'); rollback");
    if (major < 16) await written;
    else await expect(written).rejects.toMatchObject({ code: '25006' });
  });

  it('refuses what READ ONLY leaves open before it is sent', async () => {
    expect(holes.length).toBeGreaterThan(90);
    for (const sql of holes) {
      const { status } = await alex.run('shop', sql, 'holes');
      expect({ sql, status }).toEqual({ sql, status: 403 });
    }
    expect(await state()).toEqual(untouched);
    await alex.post('/api/close', { tab: 'holes' });
  });

  it.each(waysOut.map((steps) => ({ steps })))('holds against $steps', async ({ steps }) => {
    const tab = `wall-${waysOut.indexOf(steps)}`;
    for (const sql of steps) {
      const { status, error } = await alex.run('shop', sql, tab);
      // Refused before the database saw it, refused by the database, or run: never a crash of the agent.
      expect([200, 403]).toContain(status);
      if (sql === LEAK) expect(['25006', '25P02']).toContain(error?.sqlstate);
    }
    expect(await state()).toEqual(untouched);
    await alex.run('shop', 'rollback', tab);
    expect(await alex.value('shop', 'show transaction_read_only', tab)).toBe('on');
    expect(await alex.value('shop', 'show default_transaction_read_only', tab)).toBe('on');
    expect(await alex.run('shop', LEAK, tab)).toMatchObject({ error: { sqlstate: '25006' } });
    expect(await state()).toEqual(untouched);
    await alex.post('/api/close', { tab });
  });
});
