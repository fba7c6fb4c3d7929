import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asSuperuser, type Browser, rule, until, World } from './fixture.js';

const SCHEMA = `
  create table items (id int primary key, name text, price numeric);
  insert into items select n, case when n % 2 = 0 then 'item ' || n end, n * 1.10 from generate_series(1, 500) n;
  create sequence touched;
  create function touch() returns bigint language sql as 'select nextval(''touched'')';`;

describe('a statement on its way through the agent', () => {
  let world: World;
  let url: string;
  let alex: Browser;
  let dana: Browser;

  const READER = rule('shop', ['read', 'explain'], 'user:alex@acme.example');
  const DBA = rule('*', ['*'], 'group:dba');

  beforeAll(async () => {
    const server = await testServer();
    url = await createDatabase(server, uniqueName('shop'));
    await asSuperuser(url, SCHEMA);
    world = await World.create({ shop: url, broken: 'postgres://nobody:hunter2@127.0.0.1:1/none' });
    await world.publish([READER, DBA]);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    alex = await world.signIn('alex');
    dana = await world.signIn('dana');
  });
  afterAll(() => world.stop());
  beforeEach(() => world.publish([READER, DBA]));

  const count = async (table = 'items') =>
    Number((await asSuperuser(url, `select count(*) from ${table}`))[0]?.[0]);

  it('runs a read that is allowed and records intent and outcome', async () => {
    const answer = await alex.run('shop', 'select id, name, price from items where id in (1, 2) order by id');
    expect(answer).toMatchObject({ status: 200, error: null, transaction: 'idle' });
    expect(answer.results).toMatchObject([
      {
        statement: 1,
        command: 'SELECT 2',
        columns: [
          { name: 'id', type: 'integer' },
          { name: 'name', type: 'text' },
          { name: 'price', type: 'numeric' },
        ],
        rows: [
          ['1', null, '1.10'],
          ['2', 'item 2', '2.20'],
        ],
        rowCount: 2,
        truncated: false,
      },
    ]);
    const intent = await world.event(answer.auditId);
    expect(intent).toMatchObject({
      kind: 'statement.decided',
      decision: 'allowed',
      actor: { type: 'user', id: 'alex', label: 'alex@acme.example' },
      connection: { id: 'connection-shop', slug: 'shop' },
      path: 'console',
      required: ['read'],
      held: ['read', 'explain'],
      ruleIds: [READER.id],
    });
    const outcome = await world.outcome(answer.auditId);
    expect(outcome).toMatchObject({
      kind: 'statement.finished',
      outcome: { status: 'succeeded', rows: 2, sqlstate: null },
    });
  });

  it('records a text that comes again and again as it did the first time', async () => {
    const sql = 'select id, name from items where id = 7';
    const events = [];
    for (let time = 0; time < 8; time += 1) {
      const { auditId } = await alex.run('shop', sql);
      const [intent, outcome] = [await world.event(auditId), await world.outcome(auditId)];
      expect(intent).toMatchObject({ statement: { text: sql }, decision: 'allowed' });
      events.push({
        intent: { ...intent, id: '', at: '' },
        outcome: {
          ...outcome,
          id: '',
          at: '',
          intentId: '',
          outcome: { ...outcome?.outcome, durationMs: 0 },
        },
      });
    }
    for (const event of events) expect(event).toEqual(events[0]);
  });

  it.each([
    ['a plain delete', 'delete from items', 'DELETE'],
    ['a delete in a CTE', 'with gone as (delete from items returning *) select count(*) from gone', 'gone'],
    ['an allowed statement followed by a forbidden one', 'select 1; delete from items', 'delete'],
    ['a function that is not known to be harmless', 'select touch()', 'touch'],
  ])('refuses %s before the database sees it', async (_what, sql) => {
    await asSuperuser(url, 'select pg_stat_reset()');
    const answer = await alex.run('shop', sql);
    expect(answer).toMatchObject({
      status: 403,
      error: { code: 'sql.denied', connection: 'shop', held: ['read', 'explain'] },
    });
    expect(answer.error?.missing).not.toEqual([]);
    expect(answer.error?.reasons?.length).toBeGreaterThan(0);
    expect(await count()).toBe(500);
    expect(await asSuperuser(url, 'select last_value, is_called from touched')).toEqual([['1', 'false']]);
    const event = await world.event(answer.auditId);
    expect(event).toMatchObject({
      kind: 'statement.decided',
      decision: 'denied',
      statement: { text: sql },
      missing: answer.error?.missing,
    });
    const seen = await asSuperuser(
      url,
      "select coalesce(sum(n_tup_del), 0)::text from pg_stat_user_tables where relname = 'items'",
    );
    expect(seen).toEqual([['0']]);
    expect(world.received().some((later) => later.intentId === answer.auditId)).toBe(false);
  });

  it('does not even open a session for what is refused', async () => {
    const before = await asSuperuser(
      url,
      "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'postern:sam%'",
    );
    await world.publish([READER, DBA, rule('shop', ['read'], 'user:sam@acme.example')]);
    const sam = await world.signIn('sam');
    await sam.run('shop', 'drop table items');
    const after = await asSuperuser(
      url,
      "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'postern:sam%'",
    );
    expect([before, after]).toEqual([[['0']], [['0']]]);
  });

  it('answers an unknown connection exactly as a hidden one', async () => {
    const hidden = await alex.run('secret', 'select 1');
    const unknown = await alex.run('nothing', 'select 1');
    const told = (answer: typeof hidden, slug: string) =>
      JSON.stringify({ ...answer, auditId: '', error: { ...answer.error, auditId: '' } }).replaceAll(
        slug,
        'SLUG',
      );
    expect(hidden).toMatchObject({ status: 404, error: { code: 'connection.not_found' } });
    expect(told(hidden, 'secret')).toBe(told(unknown, 'nothing'));
    const unparseable = await alex.run('secret', 'selec 1');
    expect(unparseable).toMatchObject({ status: 404, error: { code: 'connection.not_found' } });
    expect(await world.event(hidden.auditId)).toMatchObject({
      decision: 'denied',
      connection: { slug: 'secret' },
    });
    expect(await world.event(unknown.auditId)).toMatchObject({
      decision: 'denied',
      connection: { id: '', slug: 'nothing' },
    });
  });

  it('does not run what it can not read, and records the attempt', async () => {
    const answer = await dana.run('shop', 'selec 1');
    expect(answer).toMatchObject({ status: 422, error: { code: 'sql.syntax', position: 0 } });
    expect(await world.event(answer.auditId)).toMatchObject({
      decision: 'denied',
      statement: { text: 'selec 1', kinds: [] },
    });
  });

  it.each(['', '   ', '-- only a comment', ';;'])('has nothing to run in %j', async (sql) => {
    const recorded = await world.recordedDuring(dana, async () => {
      expect(await dana.run('shop', sql)).toMatchObject({ status: 422, error: { code: 'sql.empty' } });
    });
    expect(recorded).toEqual([]);
  });

  it('reads long and deep texts in a thread of their own', async () => {
    const deep = `select ${Array.from({ length: 20_000 }, () => '1').join('+')}`;
    expect(await dana.value('shop', `select length('${'x'.repeat(100_000)}')`)).toBe('100000');
    const answer = await dana.run('shop', deep);
    expect([200, 422]).toContain(answer.status);
    expect(await dana.value('shop', 'select 1')).toBe('1');
    const tooLarge = await dana.run('shop', `select '${'x'.repeat(1_000_001)}'`);
    expect(tooLarge.error?.code).toBe('sql.too_large');
  });

  it('pins a session without any writing permission to read only, and RESET keeps it', async () => {
    const answer = await alex.run('shop', 'reset all; show default_transaction_read_only', 'wall');
    expect(answer.results.at(-1)?.rows).toEqual([['on']]);
    expect(await alex.value('shop', 'show transaction_read_only', 'wall')).toBe('on');
    expect(await dana.value('shop', 'show default_transaction_read_only', 'wall')).toBe('off');
    expect(await alex.value('shop', 'show statement_timeout', 'wall')).toBe('20s');
    expect(await alex.value('shop', 'show application_name', 'wall')).toBe('postern:alex@acme.example');
  });

  it.each([
    'begin read write',
    'set default_transaction_read_only = off',
    'set session characteristics as transaction read write',
  ])('refuses to lift the wall: %s', async (sql) => {
    expect(await alex.run('shop', sql, 'wall')).toMatchObject({
      status: 403,
      error: { code: 'sql.refused' },
    });
  });

  it('ends a session whose pinned settings change behind the classifier', async () => {
    await asSuperuser(
      url,
      `create or replace function sneak() returns text language plpgsql as
       $$ begin execute 'set session standard_conforming_strings = off'; return 1; end $$`,
    );
    const answer = await dana.run('shop', 'select sneak()', 'sneak');
    expect(answer.error).toMatchObject({ code: 'sql.failed' });
    expect(answer.error?.message).toContain('standard_conforming_strings');
    expect(await dana.value('shop', 'show standard_conforming_strings', 'sneak')).toBe('on');
  });

  it('keeps a transaction between runs of a tab, and only there', async () => {
    expect(await dana.run('shop', 'begin', 't1')).toMatchObject({ transaction: 'open' });
    await dana.run('shop', 'delete from items where id = 1', 't1');
    expect(await count()).toBe(500);
    expect(await dana.value('shop', 'select count(*) from items', 't2')).toBe('500');
    expect(await dana.run('shop', 'select 1/0', 't1')).toMatchObject({
      status: 200,
      transaction: 'failed',
      error: { code: 'sql.failed', sqlstate: '22012', message: 'division by zero', statement: 1 },
    });
    expect(await dana.run('shop', 'rollback', 't1')).toMatchObject({ transaction: 'idle' });
    expect(await count()).toBe(500);
  });

  it('runs several statements as one transaction', async () => {
    const failed = await dana.run(
      'shop',
      "insert into items values (1001, 'a'); select 1 as shown; select 1/0; select 2",
      'multi',
    );
    expect(failed.results.map(({ command }) => command)).toEqual(['INSERT 0 1', 'SELECT 1']);
    expect(failed.error).toMatchObject({ sqlstate: '22012', statement: 3 });
    expect(failed.error?.fix).toContain('rolled back');
    expect(failed.transaction).toBe('idle');
    expect(await count()).toBe(500);
    const done = await dana.run(
      'shop',
      'insert into items values (1001); delete from items where id = 1001',
      'multi',
    );
    expect(done).toMatchObject({ error: null, results: [{ rowCount: 1 }, { rowCount: 1 }] });
    const own = await dana.run('shop', 'begin; insert into items values (1002); rollback; select 3', 'multi');
    expect(own).toMatchObject({ error: null, transaction: 'idle' });
    expect(await count()).toBe(500);
    expect(await dana.run('shop', 'vacuum items; select 1', 'multi')).toMatchObject({ error: null });
    const inBlock = await dana.run('shop', 'select 1; reindex table concurrently items', 'multi');
    expect(inBlock.error).toMatchObject({ sqlstate: '25001' });
    expect(inBlock.error?.fix).toContain('run this statement alone');
  });

  it('says where the database found an error, in the whole text', async () => {
    const sql = "select '😀'; select nosuch from items";
    const answer = await dana.run('shop', sql);
    expect(answer.error).toMatchObject({ sqlstate: '42703', position: sql.indexOf('nosuch'), statement: 2 });
  });

  it('cuts results at the row cap for those who may not export', async () => {
    const capped = await alex.run('shop', 'select id from items order by id');
    expect(capped.results).toMatchObject([{ truncated: true, rowCount: 100, command: 'SELECT 100' }]);
    expect(capped.results[0]?.rows).toHaveLength(100);
    const exactly = await alex.run('shop', 'select id from items order by id limit 100');
    expect(exactly.results).toMatchObject([{ truncated: false, command: 'SELECT 100' }]);
    const whole = await dana.run('shop', 'select id from items');
    expect(whole.results).toMatchObject([{ truncated: false, rowCount: 500 }]);
    const hard = await dana.run('shop', 'select generate_series(1, 1000000)');
    expect(hard.results).toMatchObject([{ truncated: true, rowCount: 10_000 }]);
  });

  it('stops a result that is too wide for its memory', async () => {
    const answer = await dana.run(
      'shop',
      "select 1; select repeat('x', 1000000) from generate_series(1, 200)",
      'wide',
    );
    expect(answer.error).toMatchObject({ code: 'sql.failed', statement: 2 });
    expect(answer.error?.message).toContain('64 MB');
    expect(await dana.value('shop', 'select 1', 'wide')).toBe('1');
  });

  it('keeps events and answers small for a text of thousands of statements', async () => {
    const answer = await alex.run('shop', 'delete from items;'.repeat(2_000));
    expect(answer.error?.reasons).toHaveLength(100);
    expect((await world.event(answer.auditId)).statement?.kinds).toHaveLength(100);
  });

  it('shows values as PostgreSQL prints them', async () => {
    const answer = await dana.run(
      'shop',
      `select null::text as n, '' as e, 9007199254740993::int8 as same, 1.10::numeric(10,2) as same, 'infinity'::timestamptz as t,
              '\\x00ff'::bytea as b, array[1,null]::int[] as a, '{"a":1,"a":2}'::json as j`,
    );
    const [result] = answer.results;
    expect(result?.rows).toEqual([
      [null, '', '9007199254740993', '1.10', 'infinity', '\\x00ff', '{1,NULL}', '{"a":1,"a":2}'],
    ]);
    expect(result?.columns.map(({ name }) => name)).toEqual(['n', 'e', 'same', 'same', 't', 'b', 'a', 'j']);
    expect(result?.columns.map(({ type }) => type)).toEqual([
      'text',
      'text',
      'bigint',
      'numeric(10,2)',
      'timestamp with time zone',
      'bytea',
      'integer[]',
      'json',
    ]);
  });

  it('passes on notices', async () => {
    const answer = await dana.run('shop', "do $$ begin raise notice 'hello'; end $$");
    expect(answer.results).toMatchObject([
      { command: 'DO', rowCount: null, notices: [{ severity: 'NOTICE', message: 'hello' }] },
    ]);
  });

  it('cancels what runs, and the tab goes on', async () => {
    const running = dana.run('shop', 'select pg_sleep(30)', 'slow');
    await until(
      async () =>
        (
          await asSuperuser(
            url,
            "select 1 from pg_stat_activity where datname = current_database() and query = 'select pg_sleep(30)' and state = 'active'",
          )
        ).length > 0,
    );
    expect(await dana.run('shop', 'select 1', 'slow')).toMatchObject({
      status: 400,
      error: { code: 'input.invalid' },
    });
    expect((await dana.post('/api/cancel', { tab: 'slow' })).status).toBe(204);
    const answer = await running;
    expect(answer.error).toMatchObject({ code: 'sql.cancelled', statement: 1 });
    expect(await world.outcome(answer.auditId)).toMatchObject({
      outcome: { status: 'cancelled', sqlstate: null },
    });
    expect(await dana.value('shop', 'select 1', 'slow')).toBe('1');
  });

  it('cancels from the first instant', async () => {
    const running = dana.run('shop', 'select pg_sleep(30)', 'instant');
    await until(async () => {
      await dana.post('/api/cancel', { tab: 'instant' });
      return world
        .received('statement.decided')
        .some(({ statement }) => statement?.text === 'select pg_sleep(30)');
    });
    await dana.post('/api/cancel', { tab: 'instant' });
    expect((await running).error).toMatchObject({ code: 'sql.cancelled' });
  });

  it('ends a closed tab’s session in the database', async () => {
    await dana.run('shop', 'begin', 'closing');
    const pid = await dana.value('shop', 'select pg_backend_pid()', 'closing');
    expect((await dana.post('/api/close', { tab: 'closing' })).status).toBe(204);
    await until(
      async () => (await asSuperuser(url, `select 1 from pg_stat_activity where pid = ${pid}`)).length === 0,
    );
  });

  it('does not take part in COPY', async () => {
    const answer = await dana.run('shop', 'copy items to stdout', 'copy');
    expect(answer.error).toMatchObject({ code: 'sql.failed', message: 'the console can not show COPY data' });
    expect((await dana.run('shop', 'copy items from stdin', 'copy')).error).toMatchObject({
      sqlstate: '57014',
    });
    expect(await dana.value('shop', 'select 1', 'copy')).toBe('1');
  });

  it('says so when the database is not there, tells nothing of it, and records it', async () => {
    const answer = await dana.run('broken', 'select 1');
    expect(answer).toMatchObject({ status: 503, error: { code: 'connection.unavailable' } });
    expect(JSON.stringify(answer)).not.toMatch(/hunter2|nobody|127\.0\.0\.1/);
    expect(await world.event(answer.auditId)).toMatchObject({
      decision: 'denied',
      reason: answer.error?.message,
    });
    const { connections } = (await (await dana.get('/api/connections')).json()) as {
      connections: { slug: string; health: string }[];
    };
    expect(connections.find(({ slug }) => slug === 'broken')?.health).toBe('down');
    expect(connections.find(({ slug }) => slug === 'shop')?.health).toBe('ok');
  });

  it('survives the end of its session in the database', async () => {
    const pid = await dana.value('shop', 'select pg_backend_pid()', 'killed');
    const running = dana.run('shop', 'select pg_sleep(30)', 'killed');
    await until(
      async () =>
        (await asSuperuser(url, `select 1 from pg_stat_activity where pid = ${pid} and state = 'active'`))
          .length > 0,
    );
    await asSuperuser(url, `select pg_terminate_backend(${pid})`);
    expect((await running).error).toMatchObject({ code: 'sql.failed', sqlstate: '57P01' });
    expect(await dana.value('shop', 'select 1', 'killed')).toBe('1');
  });

  it('applies a changed rule to a statement that runs and to a session that is open', async () => {
    const pid = await alex.value('shop', 'select pg_backend_pid()', 'live');
    const running = alex.run('shop', 'select pg_sleep(30)', 'live');
    await until(
      async () =>
        (await asSuperuser(url, `select 1 from pg_stat_activity where pid = ${pid} and state = 'active'`))
          .length > 0,
    );
    await world.publish([DBA]);
    expect((await running).error).toMatchObject({ code: 'sql.denied' });
    await until(
      async () => (await asSuperuser(url, `select 1 from pg_stat_activity where pid = ${pid}`)).length === 0,
    );
    expect(await alex.run('shop', 'select 1', 'live')).toMatchObject({ status: 404 });
  });

  it('gives a session a new wall when its permissions change', async () => {
    const pid = await alex.value('shop', 'select pg_backend_pid()', 'walls');
    await world.publish([rule('shop', ['read', 'write'], 'user:alex@acme.example'), DBA]);
    expect(await alex.value('shop', 'show default_transaction_read_only', 'walls')).toBe('off');
    expect(await alex.value('shop', 'select pg_backend_pid()', 'walls')).not.toBe(pid);
    expect(await alex.run('shop', 'delete from items where id = -1', 'walls')).toMatchObject({
      status: 200,
      error: null,
    });
  });

  it('tells what a text would need without running or recording it', async () => {
    const check = async (sql: string) =>
      (await alex.post('/api/check', { connection: 'shop', tab: 'c', sql })).json();
    expect(await check('select 1;\ndelete from items')).toMatchObject({
      allowed: false,
      required: ['read', 'write'],
      missing: ['write'],
      error: null,
      statements: [
        { index: 1, kind: 'SELECT', start: 0 },
        { index: 2, kind: 'DELETE' },
      ],
    });
    expect(await check('selec')).toMatchObject({ allowed: false, error: { code: 'sql.syntax' } });
    expect((await alex.post('/api/check', { connection: 'secret', tab: 'c', sql: 'select 1' })).status).toBe(
      404,
    );
    const sql = 'select 1';
    const recorded = await world.recordedDuring(alex, () => check(sql));
    expect(recorded).toEqual([]);
  });

  it('writes no secret and no statement into its log', async () => {
    await dana.run('shop', "create role temp_role password 'sup3rsecret'; drop role temp_role");
    expect(world.logs.join('')).not.toMatch(/hunter2|sup3rsecret|select |one-time-token/);
    const created = await until(() =>
      world.received().find(({ statement }) => statement?.text.includes('temp_role')),
    );
    expect(created.statement?.text).not.toContain('sup3rsecret');
  });
});
