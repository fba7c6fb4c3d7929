import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const SCHEMA = `
  create table items (id int primary key);
  insert into items select generate_series(1, 100);
  create function replace_d() returns void language plpgsql as $$
    begin execute 'deallocate d'; execute 'prepare d as delete from items'; end $$;`;

describe('names that a tab prepared or declared', () => {
  let world: World;
  let url: string;
  let alex: Browser;
  let sam: Browser;
  let tab = '';
  let tabs = 0;

  const READER = rule('shop', ['read', 'explain'], 'user:alex@acme.example');
  const WRITER = rule('shop', ['read', 'write'], 'user:sam@acme.example');

  beforeAll(async () => {
    const server = await testServer();
    url = await createDatabase(server, uniqueName('memory'));
    await asSuperuser(url, SCHEMA);
    world = await World.create({ shop: url });
    await world.publish([READER, WRITER]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    alex = await world.signIn('alex');
    sam = await world.signIn('sam');
  });
  afterAll(() => world.stop());
  beforeEach(async () => {
    await world.publish([READER, WRITER]);
    tab = `memory-${++tabs}`;
  });

  const count = async () => Number((await asSuperuser(url, 'select count(*) from items'))[0]?.[0]);
  const runs = async (who: Browser, sql: string, inTab = tab) => {
    const answer = await who.run('shop', sql, inTab);
    expect({ sql, status: answer.status, error: answer.error }).toEqual({ sql, status: 200, error: null });
    return answer.results;
  };
  const denied = async (who: Browser, sql: string, missing: string[], inTab = tab) =>
    expect(await who.run('shop', sql, inTab)).toMatchObject({ status: 403, error: { missing } });

  it('need what they stand for, in this tab only', async () => {
    await denied(alex, 'prepare d as delete from items', ['write']);
    await runs(alex, 'prepare d as select count(*) from items');
    expect((await runs(alex, 'execute d'))[0]?.rows).toEqual([['100']]);
    await runs(alex, 'explain execute d');
    await denied(alex, 'create table copied as execute d', ['ddl']);
    await denied(alex, 'execute d', ['admin'], 'elsewhere');
    await runs(sam, 'prepare d as delete from items where id = 1');
    await runs(sam, 'execute d');
    expect(await count()).toBe(99);
    expect((await runs(alex, 'execute d'))[0]?.rows).toEqual([['99']]);
  });

  it('are decided anew when access changes', async () => {
    await runs(sam, 'prepare d as delete from items where id = 2');
    await world.publish([READER, rule('shop', ['read', 'ddl'], 'user:sam@acme.example')]);
    const answer = await sam.run('shop', 'execute d', tab);
    expect(answer).toMatchObject({
      status: 403,
      error: {
        missing: ['write'],
        message: 'the statement executes `d`, which contains a DELETE, which needs write on `shop`',
      },
    });
    await world.publish([READER, rule('shop', ['read'], 'user:sam@acme.example')]);
    await denied(sam, 'execute d', ['admin']);
    expect(await asSuperuser(url, 'select id from items where id = 2')).toHaveLength(1);
  });

  it('are forgotten with DEALLOCATE, DISCARD and the session', async () => {
    await runs(alex, 'prepare d as select 1');
    await runs(alex, 'deallocate d');
    await denied(alex, 'execute d', ['admin']);
    await runs(alex, 'prepare d as select 1');
    await runs(alex, 'discard all');
    await denied(alex, 'execute d', ['admin']);
    await runs(alex, 'prepare d as select 1');
    await asSuperuser(
      url,
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'postern:alex@acme.example' and datname = current_database()",
    );
    await until(async () => (await alex.run('shop', 'execute d', tab)).status === 403);
  });

  it('count once the database took them, and ROLLBACK does not take them back', async () => {
    expect(await alex.run('shop', 'prepare d as select nothing from items', tab)).toMatchObject({
      status: 200,
      error: { sqlstate: '42703' },
    });
    await denied(alex, 'execute d', ['admin']);
    expect(await alex.run('shop', 'prepare d as select 1; select 1 / 0', tab)).toMatchObject({
      error: { sqlstate: '22012' },
    });
    expect((await runs(alex, 'execute d'))[0]?.rows).toEqual([['1']]);
  });

  it('keep their first meaning when the database refuses a second', async () => {
    await runs(sam, 'prepare d as delete from items where id = 3');
    expect(await sam.run('shop', 'prepare d as select 1', tab)).toMatchObject({
      error: { sqlstate: '42P05' },
    });
    await world.publish([READER, rule('shop', ['read', 'ddl'], 'user:sam@acme.example')]);
    await denied(sam, 'execute d', ['write']);
  });

  it('may be another’s after code ran', async () => {
    await world.publish([READER, rule('shop', ['read', 'execute'], 'user:sam@acme.example')]);
    await runs(sam, 'prepare d as select 1');
    await runs(sam, 'select replace_d()');
    await world.publish([READER, rule('shop', ['read', 'ddl'], 'user:sam@acme.example')]);
    await denied(sam, 'execute d', ['execute']);
  });

  it('of cursors end with their transaction, unless held', async () => {
    await runs(alex, 'begin');
    await runs(alex, 'declare c cursor for select id from items where id > 90 order by id');
    await runs(alex, 'declare h cursor with hold for select 7');
    expect((await runs(alex, 'fetch 2 from c'))[0]?.rows).toEqual([['91'], ['92']]);
    await denied(alex, 'fetch d', ['admin']);
    await runs(alex, 'move 1 in c');
    await runs(alex, 'commit');
    await denied(alex, 'fetch c', ['admin']);
    expect((await runs(alex, 'fetch h'))[0]?.rows).toEqual([['7']]);
    await runs(alex, 'close h');
    await denied(alex, 'fetch h', ['admin']);
    await runs(alex, 'declare c cursor for select 1; fetch c');
    await denied(alex, 'fetch c', ['admin']);
  });

  it('are known to the editor’s hints and to long texts', async () => {
    await runs(alex, 'prepare d as select 1');
    const body = { connection: 'shop', tab, sql: 'execute d' };
    const check = async (more: object) => (await alex.post('/api/check', { ...body, ...more })).json();
    expect(await check({})).toMatchObject({ allowed: true, required: ['read'] });
    expect(await check({ tab: 'elsewhere' })).toMatchObject({ allowed: false, missing: ['admin'] });
    await runs(alex, `execute d /* ${'long '.repeat(4_000)} */`);
  });
});
