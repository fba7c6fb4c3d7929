import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { outcomeOf, WireWorld } from './wire-fixture.js';

let wire: WireWorld;
let url: string;

const rules = [
  rule('shop', ['read'], 'user:alex@acme.example'),
  rule('shop', ['read', 'write', 'export'], 'user:sam@acme.example'),
  rule('shop', ['*' as never], 'user:dana@acme.example'),
];
const all = ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'] as const;

beforeAll(async () => {
  const server = await testServer();
  url = await createDatabase(server, uniqueName('wire'));
  await asSuperuser(
    url,
    `create table item (id int primary key, name text); insert into item select i, 'item ' || i from generate_series(1, 500) i;
     create table made (id int, note text)`,
  );
  wire = await WireWorld.create({ shop: url });
  rules[2] = rule('shop', [...all], 'user:dana@acme.example');
  await wire.publish(rules, { connections: [connection('shop', { rowCap: 100 })] });
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

async function as<T>(who: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await wire.client(who);
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** How often a view is replaced between two statements. */
const RUNS = Number(process.env.POSTERN_LOOK_RUNS ?? 10);

describe('what others change through the agent', () => {
  const view = (harmful: boolean) =>
    `create or replace view shown as select ${harmful ? "nextval('counted')" : '1::bigint'} as x`;

  it('counts for the next statement of everybody, however many come', { timeout: 300_000 }, async () => {
    const [reader, changer] = [await wire.client('alex'), await wire.client('dana')];
    const look = () => outcomeOf(reader.query({ name: 'shown', text: 'select x from shown' }));
    await changer.query(`create sequence counted; ${view(false)}`);
    for (let run = 1; run <= RUNS; run++) {
      const isHarmful = run % 2 === 1;
      for (let warm = 0; warm < 5; warm++) await reader.query({ name: 'one', text: 'select 1' });
      // Now and then the one who changes it is somebody who has just come, and leaves at once.
      if (run % 10 < 2) await as('dana', (client) => client.query(view(isHarmful)));
      else if (run % 10 < 5) await changer.query(`begin; ${view(isHarmful)}; commit`);
      else await changer.query(view(isHarmful));
      expect(`${run} ${(await look()).code}`).toBe(`${run} ${isHarmful ? '42501' : undefined}`);
    }
    await Promise.all([reader.end(), changer.end()]);
  });
});

describe('a PostgreSQL client', () => {
  it('runs what it may, by both protocols, and the database sees who it is', async () => {
    await as('alex', async (client) => {
      expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      expect((await client.query('select $1::int + 1 as two', [1])).rows).toEqual([{ two: 2 }]);
      expect((await client.query({ name: 's', text: 'select $1::text as t', values: ['x'] })).rows).toEqual([
        { t: 'x' },
      ]);
      expect((await client.query({ name: 's', text: 'select $1::text as t', values: ['y'] })).rows).toEqual([
        { t: 'y' },
      ]);
      const { rows } = await client.query(
        `select application_name from pg_stat_activity where pid = pg_backend_pid()`,
      );
      expect(rows).toEqual([{ application_name: 'postern:alex@acme.example' }]);
      expect((await client.query('')).rows).toEqual([]);
      expect((await client.query('-- nothing')).rows).toEqual([]);
    });
  });

  it('is refused what it may not, by both protocols, and goes on', async () => {
    await as('alex', async (client) => {
      for (const query of [
        () => client.query(`insert into made values (1, 'x')`),
        () => client.query(`insert into made values ($1, 'x')`, [1]),
        () => client.query(`select 1; delete from item`),
        () => client.query({ name: 'n', text: 'delete from item', values: [] }),
      ]) {
        const refused = await outcomeOf(query());
        expect(refused).toMatchObject({ code: '42501' });
        expect(refused.hint).toContain('write');
        expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
      }
      expect(await outcomeOf(client.query('select from from'))).toMatchObject({
        code: '42601',
        position: '13',
      });
    });
    expect(await asSuperuser(url, 'select count(*) from made')).toEqual([['0']]);
    expect(await asSuperuser(url, 'select count(*) from item')).toEqual([['500']]);
  });

  it('has its transaction fail as a server’s own error makes it fail', async () => {
    await as('sam', async (client) => {
      await client.query('begin');
      await client.query(`insert into made values (7, 'gone')`);
      expect(await outcomeOf(client.query('create table nope (a int)'))).toMatchObject({ code: '42501' });
      expect(await outcomeOf(client.query('select 1'))).toMatchObject({ code: '25P02' });
      expect((await outcomeOf(client.query('commit'))).command).toBe('ROLLBACK');
      expect((await client.query('select * from made where id = 7')).rows).toEqual([]);
    });
  });

  it('gets no row above the cap without export, and what the statement did is undone', async () => {
    await as('alex', async (client) => {
      const simple = await outcomeOf(client.query('select * from item'));
      expect(simple).toMatchObject({
        code: '42501',
        message: 'the result is longer than 100 rows, which needs export',
      });
      const extended = await outcomeOf(client.query('select * from item where id > $1', [0]));
      expect(extended).toMatchObject({ code: '42501' });
      expect((await client.query('select * from item limit 100')).rowCount).toBe(100);
      expect((await client.query('select * from item where id > $1 limit 100', [0])).rowCount).toBe(100);
      const several = await outcomeOf(client.query('select 1; select * from item; select 2'));
      expect(several).toMatchObject({ code: '42501' });
    });
    await as('sam', async (client) => {
      expect((await client.query('select * from item')).rowCount).toBe(500);
    });
  });

  it('keeps the positions of the database’s own errors', async () => {
    await as('alex', async (client) => {
      expect(await outcomeOf(client.query('select 1; select nothing_here'))).toMatchObject({
        code: '42703',
        position: '18',
      });
    });
  });

  it('has rows and bytes of COPY, either way, in the audit trail', async () => {
    const lines = Array.from({ length: 2_000 }, (_, id) => `${id}\tcopied ${id}\n`);
    const text = 'copy made from stdin';
    const broken = 'copy made (id) from stdin';
    await as('sam', async (client) => {
      await pipeline(Readable.from(lines), client.query(copyFrom(text)));
      for await (const _ of client.query(copyTo('copy item to stdout')));
      const copy = client.query(copyFrom(broken));
      await expect(pipeline(Readable.from(['1\n', 'x\n']), copy)).rejects.toThrow('integer');
    });
    const outcomeOf = async (sql: string) => {
      const intent = await until(() =>
        wire.world.received('statement.decided').find(({ statement }) => statement?.text === sql),
      );
      return (await wire.world.outcome(intent.id)).outcome;
    };
    const sent = Buffer.byteLength(lines.join(''));
    const copiedIn = await outcomeOf(text);
    expect(copiedIn).toMatchObject({ status: 'succeeded', rows: 2_000 });
    // Each message has a header of five bytes; how many lines are in one is the driver's affair.
    expect(copiedIn?.bytes).toBeGreaterThan(sent);
    expect(copiedIn?.bytes).toBeLessThanOrEqual(sent + 5 * lines.length);
    const copiedOut = await outcomeOf('copy item to stdout');
    expect(copiedOut).toMatchObject({ status: 'succeeded', rows: 500 });
    expect(copiedOut?.bytes).toBeGreaterThan(500 * 'item 1\n'.length);
    expect(await outcomeOf(broken)).toMatchObject({ status: 'failed', sqlstate: '22P02' });
  });

  it('leaves intent and outcome in the audit trail', async () => {
    const marker = `marked ${Math.random()}`;
    await as('sam', async (client) => {
      await client.query(`insert into made select id, $1 from item limit 3`, [marker]);
      await outcomeOf(client.query(`drop table made -- ${marker}`));
      await outcomeOf(client.query(`select 1/0 -- ${marker}`));
    });
    const events = () => wire.world.received('statement.decided').filter((event) => event.path === 'wire');
    const insert = await until(() =>
      events().find(({ statement }) => statement?.text.startsWith('insert into made select')),
    );
    expect(insert).toMatchObject({ decision: 'allowed', statement: { parameters: 1 } });
    const outcome = await wire.world.outcome(insert.id);
    expect(outcome.outcome).toMatchObject({ status: 'succeeded', rows: 3, sqlstate: null });
    const denied = await until(() =>
      events().find(({ statement }) => statement?.text.startsWith('drop table made --')),
    );
    expect(denied).toMatchObject({ decision: 'denied', missing: ['ddl'] });
    const failed = await until(() =>
      events().find(({ statement }) => statement?.text.startsWith('select 1/0')),
    );
    expect((await wire.world.outcome(failed.id)).outcome).toMatchObject({
      status: 'failed',
      sqlstate: '22012',
    });
    const opened = await until(() => wire.world.received('wire.session_opened').at(-1));
    await until(() =>
      wire.world.received('wire.session_closed').find(({ sessionId }) => sessionId === opened.sessionId),
    );
  });
});
