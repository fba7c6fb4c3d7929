import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCHEMA } from './catalog-schema.js';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const REMOTE = (url: URL, local: string) => `
  create extension postgres_fdw;
  create server here foreign data wrapper postgres_fdw options (host '127.0.0.1', port '${url.port}', dbname '${local}');
  create user mapping for current_user server here options (user '${url.username}', password '${url.password}');
  create foreign table app.remote_moving (n bigint) server here options (schema_name 'app', table_name 'moving');`;

/** For somebody with read and explain: undefined runs, else what is missing. */
type Case = readonly [sql: string, missing?: string];
const READS: readonly Case[] = [
  ['select count(*) from app.pure'],
  ['select app.total(1), app.doubled(2), app.atomic(3), app.many(1, 2)'],
  ['select count(*) from app.kept'],
  ['select app.sum_moved(id) from app.items'],
  ['select * from app.moving', 'write'],
  ['select * from app.on_view', 'write'],
  ['select * from app.killing', 'admin'],
  ['with k as (select * from app.killing) select 1 from k', 'admin'],
  ['select app.lying()', 'execute'],
  ['explain select app.lying()', 'execute'],
  ['select app.owner_only()', 'execute'],
  ["select app.dynamic('app.items')", 'execute'],
  ['select app.long()', 'execute'],
  ["select upper('a'::varchar)", 'execute'],
  ['select app.moving_sum(id) from app.items', 'execute'],
  ['select 1 operator(app.#+#) 2', 'execute'],
  ['select 1::app.guarded', 'execute'],
  ["select '{1}'::app.guarded[]", 'execute'],
  ['select 1::app.money_like', 'execute'],
  ['select * from app.policed', 'execute'],
  ['select * from app.lines', 'admin'],
  ['select * from app.parts', 'execute'],
  ['select * from app.remote_moving', 'execute'],
];

/** For somebody with read and write. */
const WRITES: readonly Case[] = [
  ["insert into app.items (id, name) values (100, 'new')"],
  ['insert into app.policed values (1)', 'execute'],
  ['insert into app.watched (id) values (1)', 'execute'],
  ['insert into app.ruled values (1)', 'execute'],
  ['insert into app.guarded_rows (id, value) values (1, 1)', 'execute'],
  ['delete from app.parent', 'execute'],
  ['delete from app.child', 'execute'],
  ['delete from app.items where id = 100'],
];

describe('statements that run code of the database', () => {
  let world: World;
  let url: string;
  let alex: Browser;
  let sam: Browser;
  let dana: Browser;
  let tab = 0;

  beforeAll(async () => {
    const name = uniqueName('live');
    url = await createDatabase(await testServer(), name);
    await asSuperuser(url, SCHEMA + REMOTE(new URL(url), name));
    world = await World.create({ shop: url });
    await world.publish([
      rule('shop', ['read', 'explain'], 'user:alex@acme.example'),
      rule('shop', ['read', 'write'], 'user:sam@acme.example'),
      rule('shop', ['read', 'ddl'], 'user:dana@acme.example'),
    ]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    [alex, sam, dana] = await Promise.all([world.signIn('alex'), world.signIn('sam'), world.signIn('dana')]);
  });
  afterAll(() => world.stop());

  const runs = async (who: Browser, sql = '', inTab = `tab-${++tab}`) => {
    const answer = await who.run('shop', sql, inTab);
    expect({ sql, status: answer.status, error: answer.error }).toEqual({ sql, status: 200, error: null });
  };
  const denied = async (who: Browser, sql = '', missing = '', inTab = `tab-${++tab}`) => {
    const answer = await who.run('shop', sql, inTab);
    expect({ sql, status: answer.status, missing: answer.error?.missing }).toEqual({
      sql,
      status: 403,
      missing: expect.arrayContaining([missing]),
    });
  };
  const moved = async () => (await asSuperuser(url, 'select last_value, is_called from app.moved'))[0];

  it.each(READS)('%s', async (sql: string | undefined, missing?: string) => {
    if (missing === undefined) await runs(alex, sql, 'reads');
    else await denied(alex, sql, missing, 'reads');
  });

  it.each(WRITES)('%s', async (sql: string | undefined, missing?: string) => {
    if (missing === undefined) await runs(sam, sql, 'writes');
    else await denied(sam, sql, missing, 'writes');
  });

  it('moved nothing', async () => expect(await moved()).toEqual(['1', 'false']));

  it('with a name that another search_path gives another meaning', async () => {
    await runs(alex, 'select lower(name) from app.items', 'path');
    await runs(alex, 'set search_path = app, public', 'path');
    await runs(alex, 'select total(1)', 'path');
    await denied(alex, 'select lying()', 'execute', 'path');
    await denied(alex, 'select i.moves from items i', 'execute', 'path');
    await denied(alex, 'select 1 #+# 2', 'execute', 'path');
    await denied(alex, 'select * from killing', 'admin', 'path');
    await denied(alex, 'set search_path = app; select lying()', 'execute');
    const elsewhere = await alex.run('shop', 'select lying()', 'elsewhere');
    expect(elsewhere.error).toMatchObject({ sqlstate: '42883' });
  });

  it('that another session changed a moment ago', async () => {
    const define = (body: string) =>
      asSuperuser(
        url,
        `create or replace function app.doubled(n int) returns int language plpgsql immutable as $$ ${body} $$`,
      );
    await runs(alex, 'select app.doubled(2)');
    await define('begin perform pg_terminate_backend(-1); return n; end');
    await denied(alex, 'select app.doubled(2)', 'execute');
    await denied(sam, 'insert into app.items (id) values (200)', 'execute');
    await define('begin return n * 2; end');
    await runs(alex, 'select app.doubled(2)');
  });

  it('that the same transaction stored', async () => {
    await runs(dana, 'begin', 'ddl');
    await runs(dana, 'create view app.made as select pg_terminate_backend(-1)', 'ddl');
    await denied(dana, 'select * from app.made', 'execute', 'ddl');
    await runs(dana, 'rollback', 'ddl');
    await runs(dana, 'select count(*) from app.items', 'ddl');
    await denied(
      dana,
      'create view app.made as select pg_terminate_backend(-1); select * from app.made',
      'execute',
    );
    await runs(dana, 'create view app.made as select pg_terminate_backend(-1)', 'ddl');
    await denied(dana, 'select * from app.made', 'admin', 'ddl');
    await denied(alex, 'select * from app.made', 'admin');
    await runs(
      dana,
      'create or replace function app.fresh() returns int language sql as $$ select 1 $$',
      'ddl',
    );
    await runs(dana, 'select app.fresh()', 'ddl');
    await runs(dana, 'create temp view items as select pg_terminate_backend(-1)', 'ddl');
    await denied(dana, 'select * from items', 'admin', 'ddl');
  });

  it('hints say the same, and long texts too', async () => {
    const check = async (sql: string) =>
      (await alex.post('/api/check', { connection: 'shop', tab: 'hint', sql })).json();
    expect(await check('select app.total(1)')).toMatchObject({ allowed: true });
    expect(await check('select * from app.killing')).toMatchObject({
      allowed: false,
      missing: ['admin'],
      reasons: [{ text: expect.stringContaining('pg_terminate_backend') }],
    });
    const long = (sql: string) => `${sql} /* ${'long '.repeat(4_000)} */`;
    await runs(alex, long('select app.total(1)'));
    await denied(alex, long('select * from app.moving'), 'write');
    await denied(alex, long('select * from app.killing'), 'admin');
  });
});
