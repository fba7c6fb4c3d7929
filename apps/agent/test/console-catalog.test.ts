import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namesResponse, objectDetails, objectsResponse } from '../src/console/contract-catalog.js';
import { sessionsResponse } from '../src/console/contract-sessions.js';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const SCHEMA = `
  create schema app;
  comment on schema app is 'the shop';
  create type app.mood as enum ('fine', 'it''s bad');
  create domain app.positive as integer check (value > 0);
  create table app.customer (id bigint generated always as identity primary key, email text not null unique, mood app.mood default 'fine');
  comment on column app.customer.email is 'where bills go';
  create table app."Order" (id bigint primary key, customer_id bigint not null references app.customer, total numeric(10,2) check (total >= 0),
    doubled numeric generated always as (total * 2) stored);
  create index on app."Order" (customer_id);
  create view app.totals as select customer_id, sum(total) as total from app."Order" group by 1;
  create materialized view app.cached as select count(*) as n from app.customer;
  create sequence app.numbers start 100;
  create table app.log (at date not null, text text) partition by range (at);
  create table app.log_2026 partition of app.log for values from ('2026-01-01') to ('2027-01-01');
  create function app.add(a integer, b integer default 2) returns integer language sql immutable as 'select a + b';
  comment on function app.add is 'adds two numbers';
  create procedure app.tidy() language sql as 'delete from app.log';
  create function app.touch() returns trigger language plpgsql as 'begin return new; end';
  create trigger touched before update on app.customer for each row execute function app.touch();
  alter table app.customer enable row level security;
  create policy own on app.customer for select to public using (id > 0);
  create extension pg_trgm with schema app;`;

describe('what a database has, for the console', () => {
  let world: World;
  let url: string;
  let dana: Browser;
  let alex: Browser;
  let sam: Browser;

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('browse'));
    await asSuperuser(url, SCHEMA);
    world = await World.create({ shop: url });
    await world.publish([
      rule('*', ['*'], 'group:dba'),
      rule('shop', ['read'], 'user:alex@acme.example'),
      rule('shop', ['write'], 'user:sam@acme.example'),
    ]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    [dana, alex, sam] = await Promise.all([world.signIn('dana'), world.signIn('alex'), world.signIn('sam')]);
  });
  afterAll(() => world.stop());

  const objects = async (browser: Browser) =>
    objectsResponse.parse(await (await browser.get('/api/catalog/objects?connection=shop')).json());
  const details = async (browser: Browser, name: string, kind?: string) => {
    const found = (await objects(browser)).objects.find(
      (object) => object.name === name && (kind === undefined || object.kind === kind),
    );
    const response = await browser.get(
      `/api/catalog/object?connection=shop&kind=${found?.kind}&oid=${found?.oid}`,
    );
    return objectDetails.parse(await response.json());
  };

  it('lists objects of every kind, and none of PostgreSQL’s own', async () => {
    const { schemas, objects: all } = await objects(alex);
    expect(schemas.map(({ name }) => name)).toEqual(['app', 'public']);
    const kinds = new Map(all.map(({ name, kind }) => [name, kind]));
    for (const [name, kind] of Object.entries({
      customer: 'table',
      Order: 'table',
      totals: 'view',
      cached: 'materialized_view',
      numbers: 'sequence',
      log: 'partitioned_table',
      add: 'function',
      tidy: 'procedure',
      mood: 'type',
      positive: 'domain',
      touched: 'trigger',
      own: 'policy',
      pg_trgm: 'extension',
      customer_pkey: 'index',
    }))
      expect(kinds.get(name), name).toBe(kind);
    const partition = all.find(({ name }) => name === 'log_2026');
    expect(partition?.parent).toBe(all.find(({ name }) => name === 'log')?.oid);
    expect(all.filter(({ schema }) => schema.startsWith('pg_')).map(({ name }) => name)).toEqual(['plpgsql']);
  });

  it('answers a list that has not changed with nothing, and one that has at once', async () => {
    const first = await alex.get('/api/catalog/objects?connection=shop');
    const etag = first.headers.get('etag') ?? '';
    await first.arrayBuffer();
    const cookie = [...alex.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const again = () =>
      fetch(`${alex.url}/api/catalog/objects?connection=shop`, {
        headers: { cookie, 'if-none-match': etag },
      });
    expect((await again()).status).toBe(304);
    await asSuperuser(url, 'create table app.new_one (id int)');
    const answer = await again();
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('new_one');
  });

  it('gives the editor columns, foreign keys and functions with their arguments and comments', async () => {
    const response = await alex.get('/api/catalog/names?connection=shop');
    const names = namesResponse.parse(await response.json());
    const order = names.relations.find(({ name }) => name === 'Order');
    expect(order?.columns).toContainEqual(['total', 'numeric(10,2)']);
    const customer = names.relations.find(({ name }) => name === 'customer');
    expect(names.foreignKeys).toEqual([
      { table: order?.oid, target: customer?.oid, columns: ['customer_id'], targetColumns: ['id'] },
    ]);
    expect(names.functions).toContainEqual({
      schema: 'app',
      name: 'add',
      kind: 'function',
      arguments: 'a integer, b integer DEFAULT 2',
      result: 'integer',
      comment: 'adds two numbers',
    });
    const lower = names.functions.find(({ name, schema }) => name === 'lower' && schema === 'pg_catalog');
    expect(lower?.comment).toBeTruthy();
    await asSuperuser(url, `comment on function app.add is '${'long '.repeat(1_000)}'`);
    const again = await (await alex.get('/api/catalog/names?connection=shop')).json();
    const add = namesResponse.parse(again).functions.find(({ name }) => name === 'add');
    expect(add?.comment).toHaveLength(1_000);
    expect(names.searchPath).toEqual(['public']);
  });

  it('shows a table with everything about it, and a text that makes it again', async () => {
    const order = await details(dana, 'Order');
    expect(order.columns.map(({ name, isPrimary, isGenerated }) => [name, isPrimary, isGenerated])).toEqual([
      ['id', true, false],
      ['customer_id', false, false],
      ['total', false, false],
      ['doubled', false, true],
    ]);
    expect(order.references).toMatchObject([
      { direction: 'out', table: 'customer', columns: ['customer_id'], otherColumns: ['id'] },
    ]);
    expect(order.dependencies).toMatchObject([{ name: 'totals', direction: 'used by' }]);
    expect(order.indexes.map(({ isPrimary }) => isPrimary)).toEqual([true, false]);
    expect(order.sizes?.totalBytes).toBeGreaterThan(0);
    expect(order.access.map(({ email }) => email).sort()).toEqual([
      'alex@acme.example',
      'dana@acme.example',
      'sam@acme.example',
    ]);
    const customer = await details(dana, 'customer');
    expect(customer.policies).toMatchObject([{ name: 'own', command: 'select', roles: ['public'] }]);
    expect(customer.rowSecurity).toEqual({ isEnabled: true, isForced: false });
    expect(customer.triggers.map(({ name }) => name)).toEqual(['touched']);

    const copy = await createDatabase(await testServer(), uniqueName('copy'));
    const before = `create schema app; create type app.mood as enum ('fine', 'it''s bad');
      create function app.touch() returns trigger language plpgsql as 'begin return new; end';`;
    const log = await details(dana, 'log');
    const part = await details(dana, 'log_2026');
    const texts = [customer, order, log, part].map(({ definition }) => definition);
    await asSuperuser(copy, [before, ...texts].join('\n'));
    const columnsOf = (database: string) =>
      asSuperuser(
        database,
        `select table_name, column_name, data_type, is_nullable, column_default, is_identity, generation_expression
         from information_schema.columns where table_schema = 'app' and table_name in ('customer', 'Order', 'log', 'log_2026')
         order by 1, ordinal_position`,
      );
    expect(await columnsOf(copy)).toEqual(await columnsOf(url));
  });

  it('shows functions, types, views and sequences', async () => {
    const add = await details(dana, 'add');
    expect(add.routine?.parameters).toEqual([
      { name: 'a', type: 'integer', hasDefault: false, isVariadic: false },
      { name: 'b', type: 'integer', hasDefault: true, isVariadic: false },
    ]);
    expect(add.definition).toMatch(/^CREATE OR REPLACE FUNCTION app.add/);
    expect((await details(dana, 'mood')).definition).toContain(`'it''s bad'`);
    expect((await details(dana, 'positive')).definition).toContain('CHECK (VALUE > 0)');
    expect((await details(dana, 'totals')).definition).toContain('sum(total)');
    expect((await details(dana, 'numbers')).definition).toContain('START WITH 100');
    expect((await details(dana, 'own')).name).toBe('customer');
    expect((await details(dana, 'pg_trgm')).definition).toContain('CREATE EXTENSION');
  });

  it('keeps how things are defined and used from people who may only write', async () => {
    const order = await details(sam, 'Order');
    expect(order).toMatchObject({ isLimited: true, indexes: [], policies: [], grants: [], access: [] });
    expect(order.definition).toBeUndefined();
    expect(order.sizes).toBeUndefined();
    expect(order.columns).toHaveLength(4);
    expect((await details(alex, 'Order')).access).toEqual([]);
    expect((await details(sam, 'add')).definition).toBeUndefined();
  });

  it('answers the same for a connection that is hidden and one that is not there', async () => {
    await world.publish([rule('*', ['*'], 'group:dba'), rule('shop', ['read'], 'user:alex@acme.example')]);
    for (const path of ['catalog/objects', 'catalog/names', 'sessions', 'catalog/object']) {
      const query = path === 'catalog/object' ? '&kind=table&oid=1' : '';
      const hidden = await sam.get(`/api/${path}?connection=shop${query}`);
      const absent = await sam.get(`/api/${path}?connection=nothing${query}`);
      expect([hidden.status, absent.status]).toEqual([404, 404]);
      expect((await hidden.text()).replaceAll('shop', 'nothing')).toBe(await absent.text());
    }
    const gone = await alex.get('/api/catalog/object?connection=shop&kind=table&oid=4000000000');
    expect([gone.status, await gone.json()]).toMatchObject([404, { error: { code: 'object.not_found' } }]);
  });

  it('shows people their own sessions, administrators all of them, and records who looked', async () => {
    const sessions = async (browser: Browser) =>
      sessionsResponse.parse(await (await browser.get('/api/sessions?connection=shop')).json());
    await alex.run('shop', 'select 1');
    await dana.run('shop', 'begin; lock table app.log in access exclusive mode', 'locker');
    const waiting = alex.run('shop', 'select count(*) from app.log', 'waiter');
    const blocked = await until(async () =>
      (await sessions(alex)).sessions.find(({ blockedBy }) => blockedBy.length > 0),
    );
    expect(blocked).toMatchObject({ isOwn: true, person: 'alex@acme.example', state: 'active' });
    expect(blocked.locks).toContainEqual({ mode: 'AccessShareLock', target: 'app.log', isGranted: false });
    expect((await sessions(alex)).isEverybody).toBe(false);
    expect((await sessions(alex)).sessions.every(({ isOwn }) => isOwn)).toBe(true);
    const all = await sessions(dana);
    const locker = all.sessions.find(({ pid }) => pid === blocked.blockedBy[0]);
    expect(locker).toMatchObject({ isOwn: true, person: 'dana@acme.example' });
    await until(() => world.received('console.sessions_viewed').length === 1);

    const foreign = await alex.post('/api/sessions/stop', { connection: 'shop', pid: locker?.pid });
    expect(foreign.status).toBe(404);
    expect((await alex.post('/api/sessions/stop', { connection: 'shop', pid: blocked.pid })).status).toBe(
      204,
    );
    expect((await waiting).error).toMatchObject({ code: expect.stringMatching(/^sql\./), sqlstate: '57014' });
    await until(() => world.received('console.session_stopped').length === 1);
    await dana.run('shop', 'rollback', 'locker');
  });

  it('lists ten thousand objects', async () => {
    await asSuperuser(
      url,
      `set check_function_bodies = off; do $$ begin for i in 1..10000 loop
         execute format('create function public.f_%s() returns int language sql as ''select 1''', i); end loop; end $$`,
    );
    const response = await alex.get('/api/catalog/objects?connection=shop');
    const { objects: all } = objectsResponse.parse(await response.json());
    expect(all.length).toBeGreaterThan(10_000);
  });
});
