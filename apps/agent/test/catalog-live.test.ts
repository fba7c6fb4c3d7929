import { type Catalog, classify, loadParser } from '@postern/core/sql';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { LiveCatalog } from '../src/targets/catalog/live-catalog.js';
import { asSuperuser, rule, until, World } from './fixture.js';

const FUNCTION = (body: string) =>
  `create or replace function public.f() returns bigint language sql as $$ ${body} $$`;

describe('the live catalog', () => {
  let url: string;
  let live: LiveCatalog;
  beforeAll(async () => {
    await loadParser();
    url = await createDatabase(await testServer(), uniqueName('living'));
    await asSuperuser(url, `create sequence s; ${FUNCTION('select 1::bigint')}`);
  });
  afterEach(() => live.stop());
  afterAll(() => undefined);

  const open = (at = url, waitMs = 20_000) => {
    live = new LiveCatalog({ slug: 'shop', url: at, waitMs });
    return live;
  };
  const needs = (catalog: Catalog, sql = 'select f()') => {
    const result = classify(sql, undefined, catalog);
    return result.ok ? result.classification.required : undefined;
  };
  const readers = () =>
    asSuperuser(
      url,
      `select pid from pg_stat_activity where application_name = 'postern:catalog' and datname = current_database()`,
    );

  it('is the same object until something changes, and one session serves everybody', async () => {
    open();
    const all = await Promise.all(Array.from({ length: 20 }, () => live.current()));
    const [first] = all;
    expect(new Set(all.map(({ catalog }) => catalog)).size).toBe(1);
    expect(all.every(({ isFresh }) => isFresh)).toBe(true);
    await asSuperuser(url, 'create table t (id int); insert into t values (1); drop table t');
    expect((await live.current()).catalog).toBe(first?.catalog);
    expect(await readers()).toHaveLength(1);
    await asSuperuser(url, FUNCTION("select nextval('s')"));
    const changed = (await live.current()).catalog;
    expect(changed).not.toBe(first?.catalog);
    expect(needs(changed)).not.toBe(first && needs(first.catalog));
    await asSuperuser(url, FUNCTION('select 1::bigint'));
    expect(needs((await live.current({ force: true })).catalog)).toBe(first && needs(first.catalog));
  });

  it('sees what is committed while others ask', async () => {
    open();
    await live.current();
    for (let i = 0; i < 20; i++) {
      const asking = Promise.all([live.current(), live.current()]);
      await asSuperuser(url, FUNCTION(i % 2 === 0 ? "select nextval('s')" : 'select 1::bigint'));
      const { definition } =
        (await live.current()).catalog.data.functions.find(({ name }) => name === 'f') ?? {};
      expect(definition).toContain(i % 2 === 0 ? 'nextval' : 'select 1');
      await asking;
    }
  });

  it('lends a look for a few milliseconds, and not where a session is open that may change what it saw', async () => {
    open();
    expect(live.shared()).toBeUndefined();
    const { catalog } = await live.current();
    await until(async () => {
      await live.current();
      return live.shared() === catalog;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(live.shared()).toBeUndefined();
    const session: { ended: string | undefined } = { ended: undefined };
    live.changedBy(session);
    await live.current();
    expect(live.shared()).toBeUndefined();
    session.ended = 'it has ended, but its transaction may not have';
    await live.current();
    expect(live.shared()).toBeUndefined();
  });

  it('goes on with a new session when its own was ended', async () => {
    open();
    await live.current();
    await asSuperuser(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'postern:catalog' and datname = current_database()`,
    );
    expect(needs((await live.current()).catalog)).toBeDefined();
  });

  it('has every search_path that a session may have begun with', async () => {
    const role = uniqueName('login');
    await asSuperuser(
      url,
      `create role ${role} login password 'pw'; create schema ${role}; grant usage on schema ${role} to ${role};
      create schema later; grant usage on schema later to ${role}`,
    );
    const own = new URL(url);
    own.username = role;
    own.password = 'pw';
    open(own.href);
    expect((await live.current()).catalog.data).toMatchObject({ user: role, searchPath: [role, 'public'] });
    await asSuperuser(url, `alter role ${role} set search_path = later, public`);
    expect((await live.current()).catalog.data.searchPath).toEqual([role, 'public', 'later']);
  });

  it('ends its session when it is stopped', async () => {
    open();
    await live.current();
    expect(await readers()).toHaveLength(1);
    await live.stop();
    await until(async () => (await readers()).length === 0);
    await expect(live.current()).rejects.toMatchObject({ code: 'connection.unavailable' });
  });

  it('tells why when there is none', async () => {
    const nowhere = new URL(url);
    nowhere.pathname = '/nowhere';
    open(nowhere.href);
    await expect(live.current()).rejects.toMatchObject({
      code: 'connection.unavailable',
      message: expect.stringContaining('it does not exist'),
    });
  });

  it('of 5,000 functions, 5,000 views and 5,000 tables holds what runs code only', async () => {
    const big = await createDatabase(await testServer(), uniqueName('big'));
    await asSuperuser(
      big,
      `
      do $$ begin for i in 1..5000 loop
        execute format('create function f%s(a int) returns int language sql as ''select a + %s''', i, i);
        execute format('create table t%s (id serial primary key, name text not null default ''x'', n int check (n > 0), at timestamptz default now())', i);
        execute format('create view v%s as select id, f%s(id) as f, upper(name) as name from t%s where id > 0', i, i, i);
        if i %% 500 = 0 then commit; end if;
      end loop; end $$`.replaceAll('%%', '%'),
    );
    open(big, 120_000);
    const { data } = (await live.current()).catalog;
    expect(data.functions).toHaveLength(5_000);
    expect(data.relations).toHaveLength(5_000);
    expect(JSON.stringify(data).length).toBeLessThan(8_000_000);
  }, 240_000);
});

describe('a catalog that can not be read', () => {
  let world: World;
  let blocker: pg.Client;
  let url: string;
  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('blocked'));
    world = await World.create({ shop: url, gone: url.replace(/\/[^/]*$/, '/nowhere') });
    for (const [slug, config] of world.config.connections)
      (world.config.connections as Map<string, typeof config>).set(slug, { ...config, catalogWaitMs: 300 });
    await world.publish([rule('*', ['read'], 'user:alex@acme.example')]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    blocker = new pg.Client({ connectionString: url });
    await blocker.connect();
  });
  afterAll(async () => {
    await blocker.end();
    await world.stop();
  });

  it('refuses, says so in the trail, and works again afterwards', async () => {
    const alex = await world.signIn('alex');
    await blocker.query('begin; lock table pg_catalog.pg_proc in access exclusive mode');
    const refused = await alex.run('shop', 'select 1');
    expect(refused.error).toMatchObject({
      code: 'connection.unavailable',
      message: expect.stringContaining('the catalog of `shop`'),
    });
    expect(await world.event(refused.auditId)).toMatchObject({
      kind: 'statement.decided',
      decision: 'denied',
    });
    await blocker.query('rollback');
    await until(async () => (await alex.run('shop', 'select 1')).status === 200);
    expect((await alex.run('gone', 'select 1')).error).toMatchObject({ code: 'connection.unavailable' });
  });

  it('is not asked for by those who do not see the connection', async () => {
    const sam = await world.signIn('sam');
    const { error } = await sam.run('gone', 'select 1');
    expect(error).toMatchObject({ code: 'connection.not_found' });
    expect({ ...error, auditId: '', message: error?.message.replace('gone', 'none') }).toEqual({
      ...(await sam.run('none', 'select 1')).error,
      auditId: '',
    });
  });
});
