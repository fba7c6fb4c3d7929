import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KEEP_ALL, type StatementKeeping } from '@postern/core/audit';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asSuperuser, rule, until } from './fixture.js';
import { WireWorld } from './wire-fixture.js';

interface Case {
  readonly sql: string;
  readonly text?: StatementKeeping['text'];
  readonly columns?: readonly string[];
}

const corpus: Case[] = JSON.parse(
  readFileSync(new URL('../../../packages/core/corpus/audit/redaction.json', import.meta.url), 'utf8'),
).cases;
const CANARY = /c4nary|424242/;

/** A connection for each setting that the corpus asks for. */
const slugOf = ({ text = 'full', columns = [] }: Case) =>
  columns.length > 0 ? 'columns' : text.replace('_', '-');
const KEEPS: Readonly<Record<string, StatementKeeping>> = {
  full: KEEP_ALL,
  columns: { ...KEEP_ALL, columns: new Set(['ssn']) },
  'literals-redacted': { ...KEEP_ALL, text: 'literals_redacted' },
  fingerprint: { ...KEEP_ALL, text: 'fingerprint' },
  short: { ...KEEP_ALL, maxBytes: 256 },
};

let wire: WireWorld;

beforeAll(async () => {
  const url = await createDatabase(await testServer(), uniqueName('redaction'));
  await asSuperuser(
    url,
    `create table people (id int primary key, name text, ssn text unique); insert into people values (1, 'eve', 'c4nary');
     create function whisper() returns void language plpgsql as $$ begin raise notice 'c4nary notice'; end $$;
     create function shout() returns void language plpgsql as
       $$ begin raise exception 'c4nary error' using detail = 'c4nary detail', hint = 'c4nary hint'; end $$;`,
  );
  wire = await WireWorld.create(Object.fromEntries(Object.keys(KEEPS).map((slug) => [slug, url])));
  for (const [slug, config] of wire.world.config.connections) {
    const keep = KEEPS[slug] ?? KEEP_ALL;
    (wire.world.config.connections as Map<string, typeof config>).set(slug, { ...config, keep });
  }
  await wire.publish([rule('*', ['read', 'write', 'execute', 'export'], 'user:alex@acme.example')]);
  await wire.world.start();
});

afterAll(() => wire?.stop());

/** What the agent wrote, sent and logged until now. */
async function traces(): Promise<string> {
  const { world } = wire;
  await until(() => world.agent.spool.depth === 0);
  const spool = join(world.dir, 'audit');
  const segments = readdirSync(spool).map((name) => readFileSync(join(spool, name), 'utf8'));
  return [...segments, JSON.stringify(world.received()), ...world.logs].join('\n');
}

it('no canary is in the segments, in what is pushed, or in the logs, whichever way a text came', async () => {
  const browser = await wire.world.signIn('alex');
  const clients = new Map<string, pg.Client>();
  for (const slug of Object.keys(KEEPS)) clients.set(slug, await wire.client('alex', slug));
  for (const item of corpus) {
    await browser.run(slugOf(item), item.sql, `tab-${slugOf(item)}`);
    const client = clients.get(slugOf(item));
    await client?.query(item.sql).catch(() => undefined);
    await client?.query({ text: item.sql, values: [] }).catch(() => undefined);
    await client?.query('rollback').catch(() => undefined);
  }
  // The server's own words quote values: a duplicate key, and a number that is none.
  const columns = clients.get('columns');
  const insert = (id: number) =>
    columns
      ?.query(`insert into people (id, name, ssn) values (${id}, 'bob', 'c4nary twice')`)
      .catch((error: pg.DatabaseError) => error);
  await insert(101);
  expect(((await insert(102)) as pg.DatabaseError).detail).toContain('c4nary');
  for (const client of clients.values()) await client.end();

  const all = await traces();
  expect(all).not.toMatch(CANARY);
  const decided = wire.world.received('statement.decided');
  expect(decided.length).toBeGreaterThan(3 * corpus.length);
  expect(decided.filter(({ decision }) => decision === 'allowed').length).toBeGreaterThan(50);
  const redacted = new Set(decided.flatMap(({ statement }) => statement?.redacted ?? []));
  expect(redacted).toEqual(new Set(['secrets', 'columns', 'literals', 'text']));
});

it('nor is what is bound, copied, or told by the database', async () => {
  const client = await wire.client('alex', 'full');
  const notices: (string | undefined)[] = [];
  client.on('notice', ({ message }) => notices.push(message));
  await client.query('select whisper()');
  expect(notices).toEqual(['c4nary notice']);
  await expect(client.query('select shout()')).rejects.toThrow('c4nary error');
  const bound = await client.query({ name: 'q', text: 'select $1::text as it', values: ['c4nary'] });
  expect(bound.rows).toEqual([{ it: 'c4nary' }]);
  await expect(client.query('select $1::int', ['c4nary'])).rejects.toThrow('c4nary');
  const rows = client.query(copyFrom('copy people (id, name) from stdin'));
  await pipeline(Readable.from(['201\tc4nary copied\n']), rows);
  await expect(
    pipeline(
      Readable.from(['c4nary is no number\tx\n']),
      client.query(copyFrom('copy people (id, name) from stdin')),
    ),
  ).rejects.toThrow('c4nary');
  const found: Buffer[] = [];
  for await (const part of client.query(copyTo('copy people to stdout'))) found.push(part as Buffer);
  expect(Buffer.concat(found).toString()).toContain('c4nary copied');
  await client.end();
  expect(await traces()).not.toMatch(CANARY);
});

it('what of access a statement changes is told, whatever is kept of its text', async () => {
  const browser = await wire.world.signIn('alex');
  const { auditId } = await browser.run('fingerprint', 'grant select on public.people to eve, bob');
  const { statement } = await wire.world.event(auditId);
  const item = { aspect: 'rights', schema: 'public', name: 'people', effect: 'gives' };
  expect(statement).toMatchObject({
    text: '',
    touches: [
      { ...item, role: 'eve' },
      { ...item, role: 'bob' },
    ],
  });
  const { auditId: other } = await browser.run('full', 'select 1');
  expect((await wire.world.event(other)).statement).not.toHaveProperty('touches');
});

it('statements that differ in redacted literals only have one fingerprint, and unlike ones have not', async () => {
  const browser = await wire.world.signIn('alex');
  const run = async (sql: string) => {
    const { auditId } = await browser.run('literals-redacted', sql);
    return (await wire.world.event(auditId)).statement;
  };
  const one = await run("select * from people where name = 'a'");
  const two = await run("select * from people where name = 'b'");
  const other = await run('select * from people where id = 1');
  expect(one).toEqual(two);
  expect(one?.text).toBe('select * from people where name = ?');
  expect(one?.fingerprint).not.toBe(other?.fingerprint);
});

it('a long text goes through the parser thread and loses the same, then its middle', async () => {
  const browser = await wire.world.signIn('alex');
  const rows = Array.from({ length: 2_000 }, (_, i) => `(${i + 10}, 'name ${i}', 'c4nary${i}')`);
  const sql = `insert into people (id, name, ssn) values ${rows.join(', ')} on conflict (id) do nothing`;
  const { auditId } = await browser.run('columns', sql);
  const { statement } = await wire.world.event(auditId);
  expect(statement).toMatchObject({ truncated: true, redacted: ['columns'], kinds: ['INSERT'] });
  expect(statement?.text).toContain("(10, 'name 0', '***')");
  expect(statement?.text).toMatch(/on conflict \(id\) do nothing$/);
  expect(statement?.bytes).toBeLessThan(Buffer.byteLength(sql));
  expect(await traces()).not.toMatch(CANARY);
});

it('each connection has its own cap, and reasons have one too', async () => {
  const browser = await wire.world.signIn('alex');
  const { auditId } = await browser.run('short', `select ${'1 + '.repeat(500)}1 as the_end`);
  const { statement } = await wire.world.event(auditId);
  expect(Buffer.byteLength(statement?.text ?? '')).toBeLessThanOrEqual(256);
  expect(statement?.text).toMatch(/bytes cut …\]\n.*1 as the_end$/s);
  const names = Array.from({ length: 3_000 }, (_, i) => `f${i}()`).join(', ');
  const refused = await browser.run('short', `select ${names}`);
  const { reason } = await wire.world.event(refused.auditId);
  expect(Buffer.byteLength(reason ?? '')).toBeLessThanOrEqual(4_096);
});

it('a text for a connection that this agent does not serve is kept as the strictest setting has it', async () => {
  const browser = await wire.world.signIn('alex');
  const { auditId } = await browser.run('elsewhere', "select 'c4nary'");
  expect((await wire.world.event(auditId)).statement).toMatchObject({ text: '' });
});
