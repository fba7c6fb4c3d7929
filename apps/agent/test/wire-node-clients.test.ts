import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import Cursor from 'pg-cursor';
import QueryStream from 'pg-query-stream';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { PASSWORD, WireWorld } from './wire-fixture.js';

/** npm's clients as programs use them: what they see of the database itself and of one like it through the agent must be the same. */
const SCHEMA = `
  create table item (id int primary key, name text not null, price numeric(10, 2), made timestamptz, tags text[], data jsonb, raw bytea);
  insert into item select i, 'item ' || i, i / 4.0, timestamptz '2026-01-01 12:00Z' + i * interval '1 hour', array['a', null],
    jsonb_build_object('n', i), decode(lpad(to_hex(i), 8, '0'), 'hex') from generate_series(1, 300) i;
  create table loaded (id int, note text)`;

type Who = 'direct' | 'full' | 'reader';
interface Place {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly isEncrypted: boolean;
}

let wire: WireWorld;
let direct: URL;

beforeAll(async () => {
  const server = await testServer();
  const url = await createDatabase(server, uniqueName('node_clients'));
  direct = new URL(await createDatabase(server, uniqueName('node_clients_direct')));
  for (const each of [url, direct.href]) await asSuperuser(each, SCHEMA);
  const config = { host: '127.0.0.1', port: 0, publicHost: undefined, publicPort: 0 };
  wire = await WireWorld.create({ shop: url }, { wire: { ...config, tls: 'self-signed', requireTls: true } });
  await wire.publish(
    [
      rule('shop', ['read'], 'user:alex@acme.example'),
      rule('shop', ['read', 'write', 'execute', 'export'], 'user:dana@acme.example'),
    ],
    { connections: [connection('shop', { rowCap: 1_000 })] },
  );
  await wire.world.start();
  await until(() => wire.world.agent.policy.state === 'ok');
});
afterAll(() => wire.stop());

function placeOf(who: Who): Place {
  if (who === 'direct') {
    const { hostname, port, username, password, pathname } = direct;
    const database = pathname.slice(1);
    return { host: hostname, port: Number(port), user: username, password, database, isEncrypted: false };
  }
  const user = who === 'full' ? 'dana@acme.example' : 'alex@acme.example';
  return {
    host: '127.0.0.1',
    port: wire.port,
    user,
    password: PASSWORD,
    database: 'shop',
    isEncrypted: true,
  };
}

const pgConfig = ({ isEncrypted, ...place }: Place): pg.PoolConfig => ({
  ...place,
  ssl: isEncrypted ? { rejectUnauthorized: false } : false,
  // SCRAM-SHA-256-PLUS where there is TLS.
  ...(isEncrypted ? { enableChannelBinding: true } : {}),
});

/** What it came to, errors included. */
async function tried(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    const { code, message, detail, hint, position } = error as pg.DatabaseError;
    return { code, message, detail: detail ?? null, hint: hint ?? null, position: position ?? null };
  }
}

const QUERY = 'select * from item where id in (1, 300) order by id';
const refusal = { code: '42501', message: expect.stringMatching(/needs (write|export)/) };

/** Everybody's steps must be the same as direct; `write` is everybody's but the reader's, to whom `refused` happens. */
interface Steps {
  read(): Promise<unknown>;
  write(): Promise<unknown>;
  refused(): Promise<unknown>;
  end(): Promise<unknown>;
}

async function alike(open: (place: Place) => Promise<Steps>): Promise<void> {
  const [base, full, reader] = [
    await open(placeOf('direct')),
    await open(placeOf('full')),
    await open(placeOf('reader')),
  ];
  try {
    const read = await base.read();
    expect(await full.read()).toEqual(read);
    expect(await reader.read()).toEqual(read);
    expect(await full.write()).toEqual(await base.write());
    const refused = await reader.refused();
    for (const one of refused as unknown[]) expect(one).toMatchObject(refusal);
    expect(await reader.read()).toEqual(read);
  } finally {
    for (const one of [base, full, reader]) await one.end();
  }
}

describe('node-postgres', () => {
  it('with a pool, named statements, cursors, streams, COPY and cancelling', async () => {
    await alike(async (place) => {
      const pool = new pg.Pool({ ...pgConfig(place), max: 3 });
      const using = async <T>(use: (client: pg.PoolClient) => Promise<T>) => {
        const client = await pool.connect();
        try {
          return await use(client);
        } finally {
          client.release();
        }
      };
      return {
        read: async () => ({
          many: (
            await Promise.all(
              [1, 2, 3, 4, 5, 6].map((id) => pool.query('select name from item where id = $1', [id])),
            )
          ).map(({ rows }) => rows),
          types: await pool.query(QUERY).then(({ rows, fields }) => ({
            rows,
            fields: fields.map(({ name, dataTypeID, dataTypeModifier }) => ({
              name,
              dataTypeID,
              dataTypeModifier,
            })),
          })),
          named: await using(async (client) => [
            (await client.query({ name: 'n', text: 'select $1::text', values: ['a'] })).rows,
            (await client.query({ name: 'n', text: 'select $1::text', values: ['b'] })).rows,
          ]),
          binary: (
            await pool.query({
              text: 'select id, price, made, raw from item where id = $1',
              values: [7],
              binary: true,
            } as pg.QueryConfig)
          ).rows,
          cursor: await using(async (client) => {
            const cursor = client.query(new Cursor('select id from item where id <= $1 order by id', [10]));
            const parts = [
              await cursor.read(4),
              await cursor.read(4),
              await cursor.read(4),
              await cursor.read(4),
            ];
            await cursor.close();
            return parts;
          }),
          closedEarly: await using(async (client) => {
            const cursor = client.query(new Cursor('select id from item order by id'));
            const first = await cursor.read(2);
            await cursor.close();
            return [first, (await client.query('select 5 as five')).rows];
          }),
          streamed: await using(async (client) => {
            const ids: number[] = [];
            for await (const { id } of client.query(
              new QueryStream('select id from item where id <= 50 order by id', [], { batchSize: 7 }),
            ))
              ids.push(id);
            return ids;
          }),
          errors: [
            await tried(() => pool.query('select * form item')),
            await tried(() => pool.query('select nothing_here from item where id = $1', [1])),
            await tried(() => pool.query('select $1::int', ['x'])),
          ],
          transaction: await using(async (client) => {
            await client.query('begin isolation level repeatable read');
            await client.query('savepoint a');
            const failed = await tried(() => client.query('select 1/0'));
            await client.query('rollback to a');
            const after = (await client.query('show transaction_isolation')).rows;
            await client.query('commit');
            return [failed, after];
          }),
          cancelled: await using(async (client) => {
            const running = tried(() => client.query('select pg_sleep(20)'));
            await new Promise((resolve) => setTimeout(resolve, 300));
            const other = new pg.Client(pgConfig(place));
            (other as unknown as { cancel(client: unknown, query: unknown): void }).cancel(
              client,
              (client as unknown as { _activeQuery: unknown })._activeQuery,
            );
            return running;
          }),
        }),
        write: async () =>
          using(async (client) => {
            const heard: unknown[] = [];
            client.on('notification', ({ channel, payload }) => heard.push([channel, payload]));
            client.on('notice', ({ message }) => heard.push(message));
            await client.query('begin');
            await pipeline(
              Readable.from(Array.from({ length: 5_000 }, (_, id) => `${id}\tnote ${id}\n`)),
              client.query(copyFrom('copy loaded from stdin')),
            );
            const out = await text(
              client.query(copyTo('copy (select * from loaded order by id limit 3) to stdout')),
            );
            const bad = await client
              .query('rollback')
              .then(() =>
                tried(() =>
                  pipeline(
                    Readable.from(['no number\tx\n']),
                    client.query(copyFrom('copy loaded from stdin')),
                  ),
                ),
              );
            const returned = (
              await client.query(
                'insert into loaded select id, name from item where id < $1 returning *',
                [3],
              )
            ).rows;
            await client.query('delete from loaded');
            await client.query('listen news');
            await client.query("notify news, 'paper'");
            await client.query('unlisten *');
            client.removeAllListeners('notification');
            return [out, bad, returned, heard];
          }),
        refused: async () => [
          await tried(() => pool.query("insert into loaded values (1, 'x')")),
          await tried(() => pool.query('insert into loaded values ($1, $2)', [1, 'x'])),
          await using((client) =>
            tried(() =>
              pipeline(Readable.from(['1\tx\n']), client.query(copyFrom('copy loaded from stdin'))),
            ),
          ),
          await using((client) => tried(() => text(client.query(copyTo('copy item to stdout'))))),
        ],
        end: () => pool.end(),
      };
    });
  });
});

describe('postgres.js', () => {
  it('with its pipelines, transactions, cursors, COPY and LISTEN', async () => {
    await alike(async ({ isEncrypted, ...place }) => {
      const sql = postgres({
        ...place,
        ssl: isEncrypted ? { rejectUnauthorized: false } : false,
        max: 2,
        onnotice: () => undefined,
      });
      return {
        read: async () => ({
          types: await sql.unsafe(QUERY),
          bound: await sql`select ${41}::int + 1 as answer, ${['a', 'b']}::text[] as tags, ${'ü'} as text`,
          pipelined: await Promise.all(
            Array.from({ length: 30 }, (_, id) => sql`select name from item where id = ${id + 1}`),
          ),
          simple: await sql`select 1 as one; select 2 as two`.simple(),
          described: (await sql`select * from item where id = ${1}`.describe()).types,
          cursor: await (async () => {
            const parts: unknown[] = [];
            await sql`select id from item where id <= 20 order by id`.cursor(
              6,
              (rows) => void parts.push(rows.map(({ id }) => id)),
            );
            return parts;
          })(),
          transaction: await sql.begin('isolation level serializable', async (own) => {
            const failed = await tried(() => own.savepoint((inner) => inner`select 1/0`));
            return [failed, await own`show transaction_isolation`];
          }),
          errors: [
            await tried(() => sql`select * form item`),
            await tried(() => sql`select nothing_here from item where id = ${1}`),
          ],
          cancelled: await (async () => {
            const slow = sql`select pg_sleep(20)`;
            const running = tried(() => slow);
            await new Promise((resolve) => setTimeout(resolve, 300));
            slow.cancel();
            return running;
          })(),
        }),
        write: async () => {
          const heard: string[] = [];
          const { unlisten } = await sql.listen('news', (payload) => heard.push(payload));
          await sql.notify('news', 'paper');
          await until(() => heard.length === 1);
          await unlisten();
          const rows = [1, 2, 3].map((id) => ({ id, note: `note ${id}` }));
          const returned = await sql`insert into loaded ${sql(rows)} returning *`;
          const into = await sql`copy loaded from stdin`.writable();
          await pipeline(Readable.from(['8\teight\n', '9\tnine\n']), into);
          const out = await text(await sql`copy (select * from loaded order by id) to stdout`.readable());
          const deleted = await sql`delete from loaded`;
          return [heard, returned, out, deleted.count];
        },
        refused: async () => [
          await tried(() => sql`insert into loaded values (1, 'x')`),
          await tried(() => sql`delete from item where id = ${1}`),
          await tried(() => sql`select 1; delete from item`.simple()),
        ],
        end: () => sql.end(),
      };
    });
  });
});

describe('Prisma’s driver adapter', () => {
  it('reads, writes, and keeps its transactions', async () => {
    await alike(async (place) => {
      const adapter = await new PrismaPg(pgConfig(place)).connect();
      type Query = Parameters<typeof adapter.queryRaw>[0];
      const asked = (sql: string, args: unknown[] = []): Query =>
        ({ sql, args, argTypes: args.map(() => ({ scalarType: 'unknown', arity: 'scalar' })) }) as Query;
      const query = (sql: string, args: unknown[] = []) => tried(() => adapter.queryRaw(asked(sql, args)));
      return {
        read: async () => [
          await query(QUERY),
          await query(
            'SELECT "public"."item"."id" FROM "public"."item" WHERE "public"."item"."id" IN ($1,$2) ORDER BY "public"."item"."id" LIMIT $3 OFFSET $4',
            [1, 2, 10, 0],
          ),
          await query(
            'SELECT COUNT(*), SUM("price") FROM (SELECT "public"."item"."price" FROM "public"."item" OFFSET $1) AS "sub"',
            [0],
          ),
        ],
        write: async () => {
          const own = await adapter.startTransaction('SERIALIZABLE');
          const changed = await own.executeRaw(
            asked('INSERT INTO "public"."loaded" ("id","note") VALUES ($1,$2)', [1, 'one']),
          );
          // Prisma's client ends it by a statement of its own before it tells the adapter.
          await own.executeRaw(asked('ROLLBACK'));
          await own.rollback();
          return [changed, await query('SELECT COUNT(*) FROM "public"."loaded"')];
        },
        refused: async () => {
          const failed: unknown = await adapter
            .executeRaw(asked('DELETE FROM "public"."item" WHERE 1=1'))
            .catch((one: unknown) => one);
          const { originalCode: code, originalMessage: message } = (
            failed as { cause: Record<string, string> }
          ).cause;
          return [{ code, message }];
        },
        end: () => adapter.dispose(),
      };
    });
  });
});
