import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, Browser, rule, until, World } from './fixture.js';
import { StreamWindow } from './stream-client.js';

describe('results streamed to a window', () => {
  let world: World;
  let url: string;
  let dana: Browser;
  let alex: Browser;
  const RULES = [rule('shop', ['read'], 'user:alex@acme.example'), rule('*', ['*'], 'group:dba')];

  beforeAll(async () => {
    url = await createDatabase(await testServer(), uniqueName('stream'));
    await asSuperuser(
      url,
      "create table item (id int primary key, name text); insert into item values (1, null), (2, '')",
    );
    world = await World.create({ shop: url });
    await world.publish(RULES);
    await world.start();
    await until(() => world.agent.policy.state === 'ok');
    [dana, alex] = [await world.signIn('dana'), await world.signIn('alex')];
  });
  afterAll(() => world.stop());

  const opened = async (who: () => Browser, action: (window: StreamWindow) => Promise<void>) => {
    const window = await StreamWindow.open(who());
    try {
      await action(window);
    } finally {
      window.close();
    }
  };
  const backends = (query: string) =>
    asSuperuser(
      url,
      `select pid, state from pg_stat_activity where datname = current_database() and query like '${query}%'`,
    );

  it('sends statements, columns, rows and counts as they come', () =>
    opened(
      () => dana,
      async (window) => {
        const run = await window.run(
          'shop',
          "select id, name from item order by 1; update item set name = name; do $$ begin raise notice 'hello'; end $$",
        );
        expect(run.answers.map(({ type }) => type)).toEqual([
          ...['begun', 'columns', 'complete', 'begun', 'complete', 'begun', 'notice', 'complete', 'end'],
        ]);
        expect(run.values()).toEqual([
          ['1', null],
          ['2', ''],
        ]);
        const [columns] = run.all('columns');
        expect(columns?.columns).toMatchObject([
          { name: 'id', type: 'integer', attribute: 1 },
          { name: 'name', type: 'text', attribute: 2 },
        ]);
        expect(run.all('complete').map(({ command, rowCount }) => [command, rowCount])).toEqual([
          ['SELECT 2', 2],
          ['UPDATE 2', 2],
          ['DO', null],
        ]);
        expect(run.all('notice')).toMatchObject([
          { statement: 3, notice: { severity: 'NOTICE', message: 'hello' } },
        ]);
        const end = await run.done;
        expect(end).toMatchObject({ type: 'end', error: null, transaction: 'idle' });
        const outcome = await world.outcome('auditId' in end ? end.auditId : undefined);
        expect(outcome.outcome).toMatchObject({ status: 'succeeded', rows: 4, bytes: run.bytes });
      },
    ));

  it('says where it ran, also after what changes that', () =>
    opened(
      () => dana,
      async (window) => {
        const placeAfter = async (sql: string) => {
          const end = await (await window.run('shop', sql)).done;
          return 'place' in end ? end.place : undefined;
        };
        const database = new URL(url).pathname.slice(1);
        const home = { database, role: 'postgres', searchPath: '"$user", public' };
        expect(await placeAfter('select 1')).toEqual(home);
        expect(await placeAfter('set search_path = pg_catalog, public')).toEqual({
          ...home,
          searchPath: 'pg_catalog, public',
        });
        expect(await placeAfter('select 2')).toMatchObject({ searchPath: 'pg_catalog, public' });
        expect(await placeAfter("begin; set local search_path = ''")).toMatchObject({ searchPath: '""' });
        expect(await placeAfter('select 1 / 0')).toBeUndefined();
        expect(await placeAfter('rollback')).toMatchObject({ searchPath: 'pg_catalog, public' });
        expect(await placeAfter("select set_config('search_path', 'public', false)")).toMatchObject({
          searchPath: 'public',
        });
        expect(await placeAfter('reset search_path')).toEqual(home);
      },
    ));

  it('passes on what LISTEN waits for, also what came while nothing ran', () =>
    opened(
      () => dana,
      async (window) => {
        await (await window.run('shop', 'listen news')).done;
        const own = await window.run('shop', "notify news, 'mine'");
        await own.done;
        expect(own.all('notice')).toMatchObject([{ notice: { severity: 'NOTIFY', message: 'news: mine' } }]);
        await asSuperuser(url, "notify news, 'theirs'");
        await until(async () => {
          const next = await window.run('shop', 'select 1');
          await next.done;
          const [heard] = next.all('notice');
          return heard?.notice.message === 'news: theirs';
        });
        // It comes with COMMIT, which stands around the two.
        await (await window.run('shop', "notify news, 'both'; select 1")).done;
        const after = await window.run('shop', 'unlisten news; select 2');
        await after.done;
        expect(after.all('notice')).toMatchObject([{ statement: 1, notice: { message: 'news: both' } }]);
      },
    ));

  it('binds values and never reads them as SQL, each statement those that it names', () =>
    opened(
      () => dana,
      async (window) => {
        const parameters = ["x'; drop table item; --", null, '2'];
        const sql = 'select $1 as text, $2::int as nothing; update item set name = name where id = $3';
        const run = await window.run('shop', sql, { parameters });
        expect(run.values()).toEqual([[parameters[0], null]]);
        const end = await run.done;
        expect(end).toMatchObject({ type: 'end', error: null });
        expect(run.all('complete').map(({ rowCount }) => rowCount)).toEqual([1, 1]);
        const intent = await world.event('auditId' in end ? end.auditId : undefined);
        expect(intent.statement).toMatchObject({ text: sql, parameters: 3 });
        expect(JSON.stringify(intent)).not.toContain('drop table');
      },
    ));

  it('keeps every value as PostgreSQL prints it, also names that occur twice, wide rows and cells of 20 MB', () =>
    opened(
      () => dana,
      async (window) => {
        const odd = await window.run(
          'shop',
          "select 1.10::numeric as a, 'infinity'::timestamptz as a, '{1,NULL}'::int[] as a, '\\x00ff'::bytea as b, '' as c, null as d, 9007199254740993::int8 as e, '{\"a\":1,\"a\":1.0}'::json as f",
        );
        expect(odd.values()).toEqual([
          ['1.10', 'infinity', '{1,NULL}', '\\x00ff', '', null, '9007199254740993', '{"a":1,"a":1.0}'],
        ]);
        expect(
          odd
            .all('columns')[0]
            ?.columns.map(({ name }) => name)
            .join(''),
        ).toBe('aaabcdef');
        const wide = await window.run(
          'shop',
          `select ${Array.from({ length: 1_600 }, (_, index) => index).join(', ')}`,
        );
        expect(wide.values()[0]).toHaveLength(1_600);
        const large = await window.run('shop', "select repeat('x', 20 * 1024 * 1024), 7");
        expect(large.values().map(([text, number]) => [text?.length, number])).toEqual([
          [20 * 1024 * 1024, '7'],
        ]);
      },
    ));

  it('refuses before the database, as HTTP does', () =>
    opened(
      () => alex,
      async (window) => {
        const denied = await window.run('shop', 'delete from item');
        expect(await denied.done).toMatchObject({
          type: 'refused',
          status: 403,
          error: { code: 'sql.denied', missing: ['write'] },
        });
        expect(await (await window.run('nothing', 'select 1')).done).toMatchObject({ status: 404 });
        expect(await (await window.run('shop', 'selekt')).done).toMatchObject({ status: 422 });
        expect(await (await window.run('shop', ' ')).done).toMatchObject({
          status: 422,
          error: { code: 'sql.empty' },
        });
      },
    ));

  it('sends no row above the cap without `export`, and all of them with it', async () => {
    await opened(
      () => alex,
      async (window) => {
        const run = await window.run('shop', 'select generate_series(1, 500)', { maxRows: 5_000 });
        expect(run.values()).toHaveLength(100);
        expect(run.all('complete')).toMatchObject([{ truncated: true, rowCount: 100 }]);
      },
    );
    await opened(
      () => dana,
      async (window) => {
        const some = await window.run('shop', 'select generate_series(1, 500)', { maxRows: 250 });
        expect(some.values()).toHaveLength(250);
        const exact = await window.run('shop', 'select generate_series(1, 500)', { maxRows: 500 });
        expect(exact.all('complete')).toMatchObject([{ truncated: false, rowCount: 500 }]);
        const all = await window.run('shop', 'select generate_series(1, 200000)');
        const values = all.values();
        expect(values).toHaveLength(200_000);
        expect(values.at(-1)).toEqual(['200000']);
      },
    );
  });

  it('makes the database wait for a window that takes nothing, and cancels in that state', () =>
    opened(
      () => dana,
      async (window) => {
        window.isAcknowledging = false;
        const run = window.start('shop', "select repeat('y', 1000), generate_series(1, 1000000)", {
          tab: 'slow',
        });
        await until(
          async () =>
            (
              await asSuperuser(
                url,
                "select 1 from pg_stat_activity where query like 'select repeat(''y''%' and wait_event = 'ClientWrite'",
              )
            ).length === 1,
        );
        const seen = run.bytes;
        expect(seen).toBeLessThan(3 * 1024 * 1024);
        window.cancel(run);
        expect(await run.done).toMatchObject({ type: 'end', error: { code: 'sql.cancelled' } });
        expect(run.values().length).toBeGreaterThan(1_000);
        const { auditId } = (await run.done) as { auditId: string };
        expect((await world.outcome(auditId)).outcome).toMatchObject({
          status: 'cancelled',
          bytes: run.bytes,
        });
        expect((await window.run('shop', 'select 1', { tab: 'slow' })).values()).toEqual([['1']]);
      },
    ));

  it('cancels from the first instant, also a run that waits for its connection', () =>
    opened(
      () => dana,
      async (window) => {
        for (let attempt = 0; attempt < 10; attempt++) {
          const run = window.start('shop', 'select pg_sleep(20)', { tab: `new-${attempt}` });
          window.cancel(run);
          const end = await run.done;
          expect(end.error?.code).toBe('sql.cancelled');
        }
        await until(async () =>
          (await backends('select pg_sleep(20)')).every(([, state]) => state !== 'active'),
        );
        const during = window.start('shop', 'select pg_sleep(20)', { tab: 'new-0' });
        await until(async () =>
          (await backends('select pg_sleep(20)')).some(([, state]) => state === 'active'),
        );
        window.cancel(during);
        expect(await during.done).toMatchObject({ error: { code: 'sql.cancelled' } });
      },
    ));

  it('cancels what runs for a window that has gone, a hundred times without a backend left behind', async () => {
    const owner = await world.signIn('dana');
    for (let round = 0; round < 5; round++) {
      const windows = await Promise.all(Array.from({ length: 20 }, () => StreamWindow.open(owner)));
      const runs = windows.map((window, index) =>
        window.start('shop', "select repeat('z', 500), generate_series(1, 10000000)", {
          tab: `w${index}`,
        }),
      );
      await until(() => runs.every(({ bytes }) => bytes > 0));
      for (const window of windows) window.close();
      // Each has an intent and an outcome, also those whose window had gone before anything came.
      await until(() => {
        const texts = world
          .received('statement.decided')
          .filter(({ statement }) => statement?.text.includes("repeat('z'"));
        const ended = new Set(world.received('statement.finished').map(({ intentId }) => intentId));
        return texts.length === (round + 1) * 20 && texts.every(({ id }) => ended.has(id));
      });
    }
    expect((await backends("select repeat(''z''")).filter(([, state]) => state === 'active')).toEqual([]);
    await owner.post('/auth/logout', {});
    await until(async () => (await backends("select repeat(''z''")).length === 0);
  });

  it('stops a result at the next batch when the access to it goes, and says why', () =>
    opened(
      () => dana,
      async (window) => {
        window.isKeeping = false;
        const run = window.start('shop', "select repeat('w', 200), generate_series(1, 50000000)", {
          tab: 'tight',
        });
        await until(() => run.bytes > 1_000_000);
        await world.publish([rule('shop', ['write'], 'group:dba')]);
        expect(await run.done).toMatchObject({
          type: 'end',
          error: { code: 'sql.denied', message: 'your access changed while this ran, so it was stopped' },
        });
        const seen = run.bytes;
        await world.publish(RULES);
        expect(run.bytes).toBe(seen);
      },
    ));

  it('stops what is above the cap when `export` goes', () =>
    opened(
      () => dana,
      async (window) => {
        window.isKeeping = false;
        const run = window.start('shop', "select repeat('v', 200), generate_series(1, 50000000)", {
          tab: 'cap',
        });
        await until(() => run.bytes > 1_000_000);
        await world.publish([
          rule('shop', ['read', 'write', 'ddl', 'admin', 'explain', 'execute'], 'group:dba'),
        ]);
        expect(await run.done).toMatchObject({ error: { code: 'sql.denied' } });
        await world.publish(RULES);
      },
    ));

  it('says at once when the database goes', () =>
    opened(
      () => dana,
      async (window) => {
        const run = window.start('shop', 'select pg_sleep(30)', { tab: 'lost' });
        await until(async () => (await backends('select pg_sleep(30)')).length === 1);
        await asSuperuser(
          url,
          "select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(30)'",
        );
        const end = await run.done;
        expect(end).toMatchObject({ type: 'end', error: { code: 'sql.failed' }, transaction: 'idle' });
        expect((await window.run('shop', 'select 1', { tab: 'lost' })).values()).toEqual([['1']]);
      },
    ));

  it('holds a transaction open where it is asked to, from the first statement that changes something', () =>
    opened(
      () => dana,
      async (window) => {
        const run = async (sql: string) =>
          (await window.run('shop', sql, { tab: 'manual', manualCommit: true })).done;
        expect(await run('select 1')).toMatchObject({ transaction: 'idle' });
        expect(await run("update item set name = 'x' where id = 1")).toMatchObject({ transaction: 'open' });
        expect(await asSuperuser(url, 'select name from item where id = 1')).toEqual([[null]]);
        expect(await run('select nonsense')).toMatchObject({ transaction: 'failed' });
        expect(await run('rollback')).toMatchObject({ transaction: 'idle' });
        await run("update item set name = 'y' where id = 1");
        expect(await run('commit')).toMatchObject({ transaction: 'idle', error: null });
        expect(await asSuperuser(url, 'select name from item where id = 1')).toEqual([['y']]);
      },
    ));

  it('rolls back when a statement touches another number of rows than was expected', () =>
    opened(
      () => dana,
      async (window) => {
        const sql = "update item set name = 'p' where id = 2; update item set name = 'q' where id = 99";
        const run = await window.run('shop', sql, { tab: 'edit', expectRows: [1, 1] });
        expect(await run.done).toMatchObject({
          error: { statement: 2, conflict: { expected: 1, actual: 0 } },
          transaction: 'idle',
        });
        expect(await asSuperuser(url, 'select name from item where id = 2')).toEqual([['']]);
        await window.run('shop', "begin; insert into item values (3, 'kept')", { tab: 'edit' });
        const inside = await window.run('shop', 'delete from item', { tab: 'edit', expectRows: [1] });
        expect(await inside.done).toMatchObject({
          error: { conflict: { expected: 1, actual: 3 } },
          transaction: 'open',
        });
        await window.run('shop', 'commit', { tab: 'edit' });
        expect(await asSuperuser(url, 'select count(*) from item')).toEqual([['3']]);
        const refused = await window.run('shop', 'delete from item; commit', {
          tab: 'edit',
          expectRows: [1, 0],
        });
        expect(await refused.done).toMatchObject({ type: 'refused', error: { code: 'input.invalid' } });
      },
    ));

  it('opens for the person behind the cookie and for its own page only', async () => {
    await expect(StreamWindow.open(dana, 'http://evil.example')).rejects.toThrow('403');
    const nobody = await StreamWindow.open(new Browser(world.agent.url)).catch(() => undefined);
    expect(await nobody?.closed).toBe(1008);
    await opened(
      () => dana,
      async (window) => {
        window.raw('{"type":"run"}');
        expect(await window.closed).toBe(1008);
      },
    );
    const leaving = await world.signIn('dana');
    await opened(
      () => leaving,
      async (window) => {
        await leaving.post('/auth/logout', {});
        expect(await (await window.run('shop', 'select 1')).done).toMatchObject({ status: 401 });
      },
    );
  });
});
