import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Baseline, lookAt } from '../src/evidence/look.js';
import { connectWalled } from '../src/targets/connect.js';
import { asSuperuser } from './fixture.js';

const WALLS = {
  readOnly: true,
  statementTimeoutMs: 10_000,
  lockTimeoutMs: 2_000,
  idleInTransactionTimeoutMs: 10_000,
};
const PASSWORD = 'only-in-tests';
const dir = mkdtempSync(join(tmpdir(), 'postern-log-'));
let server: PostgresServer;
let before: Baseline | undefined;

const urlOf = (login: string): string => {
  const url = new URL(server.superuserUrl());
  url.username = login;
  url.password = PASSWORD;
  return url.href;
};

/** A server that writes down all that it is asked, in CSV. */
beforeAll(async () => {
  chmodSync(dir, 0o755);
  const flags = ['logging_collector=on', 'log_destination=csvlog', 'log_statement=all', 'log_connections=on'];
  server = await startPostgres({ dataDir: join(dir, 'data'), durable: false, flags });
  await asSuperuser(
    server.superuserUrl(),
    `create role carrier login password '${PASSWORD}'; create role app login password '${PASSWORD}';
     create table orders (id int, note text); grant all on orders to carrier, app;`,
  );
}, 60_000);
afterAll(async () => {
  await server?.stop();
  rmSync(dir, { recursive: true, force: true });
});

async function look() {
  const { client } = await connectWalled('shop', urlOf('carrier'), WALLS, 'postern:evidence');
  try {
    const { evidence, baseline } = await lookAt(client, ['carrier'], before);
    before = baseline;
    return { ...evidence, log: evidence.sources.find(({ name }) => name === 'csvlog') };
  } finally {
    await client.end();
  }
}

/** A session that is over before anybody looks. */
async function brief(login: string, application: string, ...texts: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: urlOf(login), application_name: application });
  await client.connect();
  for (const text of texts) await client.query(text);
  await client.end();
}

it('says what it needs, and reads from where it first may', async () => {
  expect((await look()).log).toMatchObject({
    status: 'unreadable',
    detail: expect.stringContaining('pg_read_binary_file'),
  });
  await asSuperuser(
    server.superuserUrl(),
    'grant pg_monitor to carrier; grant execute on function pg_read_binary_file(text, bigint, bigint, boolean) to carrier;',
  );
  await brief('carrier', 'too early', 'select * from orders');
  const first = await look();
  expect(first.log).toEqual({ name: 'csvlog', status: 'read' });
  expect(first).toMatchObject({ sessions: [], statements: [] });
});

it('finds sessions that lasted a moment, whether they ran something or not, and none of its own', async () => {
  const secret = 'c4nary-secret';
  await brief('carrier', 'psql', `delete from orders where note = '${secret}, "quoted"\nand a line'`);
  await brief('carrier', 'idle tool');
  await brief('app', 'app', 'select * from orders');
  const evidence = await look();
  expect(evidence.sessions.map(({ login, application, client }) => [login, application, client])).toEqual([
    ['carrier', 'psql', '127.0.0.1'],
    ['carrier', 'idle tool', '127.0.0.1'],
  ]);
  for (const { startedAt } of evidence.sessions)
    expect(Math.abs(Date.now() - Date.parse(startedAt))).toBeLessThan(600_000);
  expect(JSON.stringify(evidence)).not.toContain(secret);
  expect((await look()).sessions).toEqual([]);
});

it('counts statements where pg_stat_statements can not be read, under a false mark too', async () => {
  await brief(
    'carrier',
    'postern:alex@acme.example',
    'delete from orders where id = 1',
    'delete from orders where id = 2',
    'select 1',
  );
  const evidence = await look();
  expect(evidence.sessions).toEqual([]);
  expect(evidence.statements).toMatchObject([
    { login: 'carrier', kind: 'DELETE', relations: ['orders'], calls: 2 },
  ]);
  expect((await look()).statements).toEqual([]);
});

it('reads what pgaudit wrote, in the form that it documents, in the place of the line of the server', async () => {
  const text = 'delete from orders where note = \'a, "b"\'\n and id = 4';
  const line = `AUDIT: SESSION,1,1,WRITE,DELETE,TABLE,public.orders,"${text.replaceAll('"', '""')}",<none>`;
  await brief(
    'carrier',
    'postern:alex@acme.example',
    `do $do$ begin raise log '%', $line$${line}$line$; end $do$`,
    'delete from orders where id = 5',
  );
  expect((await look()).statements).toMatchObject([
    { login: 'carrier', kind: 'DELETE', relations: ['orders'], calls: 1 },
  ]);
});

it('leaves them to pg_stat_statements where that can be read', async () => {
  await asSuperuser(
    server.superuserUrl(),
    'create extension pg_stat_statements; grant pg_read_all_stats to carrier;',
  );
  await look();
  await brief('carrier', 'psql', 'delete from orders where id = 3');
  const evidence = await look();
  expect(evidence.sessions).toHaveLength(1);
  expect(evidence.statements).toMatchObject([{ kind: 'DELETE', calls: 1 }]);
});

it('goes on when the log is rotated', async () => {
  await brief('carrier', 'before', 'select * from orders');
  await asSuperuser(server.superuserUrl(), 'select pg_rotate_logfile()');
  await brief('carrier', 'after', 'select * from orders');
  // The server's log collector writes when it gets to it.
  const names: string[] = [];
  await expect
    .poll(async () => {
      names.push(...(await look()).sessions.map(({ application }) => application));
      return names.toSorted();
    })
    .toEqual(['after', 'before']);
});
