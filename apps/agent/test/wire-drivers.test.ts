import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Driver, findDriver } from '@postern/infra/client-drivers';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';

/**
 * Clients that are neither PostgreSQL's own nor of npm, as people's programs use them: each runs one script (clients/) against the
 * database itself, and against one just like it through the agent, as somebody who may do all and as a reader. What they see must be
 * the same; steps that begin with + are only looked at by themselves. `npm test` brings the clients, and says which it can not.
 */
const SCHEMA = `
  create table item (id int primary key, name text not null, price numeric(10, 2), made timestamptz, tags text[], data jsonb, raw bytea,
    ok boolean, ref uuid);
  insert into item select i, 'item ' || i, i / 4.0, timestamptz '2026-01-01 12:00Z' + i * interval '1 hour', array['a', null, 'ü' || i],
    jsonb_build_object('n', i, 'deep', jsonb_build_array(1, null, 'x')), decode(lpad(to_hex(i), 8, '0'), 'hex'), i % 2 = 0,
    lpad(i::text, 32, '0')::uuid from generate_series(1, 300) i;
  create table part (id int references item, no int, primary key (id, no));
  create view cheap as select * from item where price < 10;
  create function tax(amount numeric) returns numeric language sql immutable as 'select amount * 0.2';
  create table loaded (id int, note text);
  -- Drivers show how many rows an index has: else one database may have been analysed by itself when the other was not.
  analyze`;

const CLIENTS: readonly { name: string; driver: Driver; file: string; env?: Record<string, string> }[] = [
  { name: 'psycopg 2', driver: 'psycopg2', file: 'psycopg2_client.py' },
  { name: 'psycopg 3', driver: 'psycopg', file: 'psycopg_client.py' },
  { name: 'asyncpg', driver: 'asyncpg', file: 'asyncpg_client.py' },
  { name: 'pgjdbc', driver: 'jdbc', file: 'JdbcClient.java' },
  { name: 'DBD::Pg', driver: 'dbd-pg', file: 'dbd_pg_client.pl' },
  { name: 'psqlODBC', driver: 'odbc', file: 'odbc_client.pl' },
  { name: 'psqlODBC with cursors', driver: 'odbc', file: 'odbc_client.pl', env: { DECLARE_FETCH: '1' } },
];

type Seen = Readonly<Record<string, string>>;
let wire: WireWorld;
let direct: URL;

beforeAll(async () => {
  const server = await testServer();
  const url = await createDatabase(server, uniqueName('drivers'));
  direct = new URL(await createDatabase(server, uniqueName('drivers_direct')));
  for (const each of [url, direct.href]) await asSuperuser(each, SCHEMA);
  const wireConfig = { host: '127.0.0.1', port: 0, publicHost: undefined, publicPort: 0 };
  wire = await WireWorld.create(
    { shop: url },
    { wire: { ...wireConfig, tls: 'self-signed', requireTls: true } },
  );
  await wire.publish(
    [
      rule('shop', ['read'], 'user:alex@acme.example'),
      rule(
        'shop',
        ['read', 'write', 'ddl', 'admin', 'explain', 'execute', 'export'],
        'user:dana@acme.example',
      ),
    ],
    { connections: [connection('shop', { rowCap: 1_000 })] },
  );
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

function run(of: (typeof CLIENTS)[number], who: 'direct' | 'full' | 'reader'): Promise<Seen> {
  const program = findDriver(of.driver);
  if (program === undefined) throw new Error(`${of.name} is not here`);
  const [command, ...args] = program.command;
  const through = {
    PGHOST: '127.0.0.1',
    PGPORT: String(wire.port),
    PGPASSWORD: PASSWORD,
    PGDATABASE: 'shop',
  };
  const own = {
    PGHOST: direct.hostname,
    PGPORT: direct.port,
    PGUSER: direct.username,
    PGPASSWORD: direct.password,
    PGDATABASE: direct.pathname.slice(1),
    PGSSLMODE: 'disable',
  };
  const person = who === 'full' ? 'dana@acme.example' : 'alex@acme.example';
  const env = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    TZ: 'UTC',
    LC_ALL: 'C.UTF-8',
    WHO: who,
    ...(who === 'direct'
      ? own
      : { ...through, PGUSER: person, PGSSLMODE: 'require', PGCHANNELBINDING: 'require' }),
    ...program.env,
    ...of.env,
  };
  const script = fileURLToPath(new URL(`clients/${of.file}`, import.meta.url));
  return new Promise((resolve, reject) => {
    execFile(command, [...args, script], { env, timeout: 100_000 }, (error, stdout, stderr) => {
      if (error) return reject(new Error(`${of.name} as ${who}: ${stderr}\n${stdout.slice(-2_000)}`));
      // Names of databases and numbers of functions are each database's own.
      const lines = stdout
        .replace(/drivers(_direct)?_[0-9a-f]{12}/g, 'DB')
        .replace(/tax_\d+/g, 'tax_N')
        .trim()
        .split('\n');
      const steps = lines.map((line): [string, string] => [
        line.split('\t', 1)[0] ?? '',
        line.slice(line.indexOf('\t') + 1),
      ]);
      resolve(Object.fromEntries(steps));
    });
  });
}

const common = (seen: Seen) => Object.entries(seen).filter(([step]) => !step.startsWith('+'));
/** Only what differs: a report of all steps says nothing. */
const differing = (seen: Seen, base: Seen, steps: readonly string[]) =>
  steps
    .filter((step) => seen[step] !== base[step])
    .map((step) => ({ step, seen: seen[step], direct: base[step] }));

describe.each(CLIENTS)('$name', (client) => {
  it.runIf(findDriver(client.driver))(
    'sees through the agent what it sees without',
    async () => {
      const [base, full, reader] = [
        await run(client, 'direct'),
        await run(client, 'full'),
        await run(client, 'reader'),
      ];
      const all = new Set([...common(full).map(([step]) => step), ...Object.keys(base)]);
      expect(differing(full, base, [...all])).toEqual([]);
      const steps = common(reader);
      expect(steps.length).toBeGreaterThan(8);
      expect(
        differing(
          reader,
          base,
          steps.map(([step]) => step),
        ),
      ).toEqual([]);
      const own = Object.entries(reader).filter(([step]) => step.startsWith('+'));
      for (const [step, value] of own) {
        if (step === '+encrypted') expect(value).toBe('true');
        if (step.includes('refused')) {
          expect(value, step).toContain('42501');
          expect(value, step).toMatch(/needs (write|export)/);
        }
      }
      expect(own.some(([step]) => step.includes('refused'))).toBe(true);
    },
    200_000,
  );
});
