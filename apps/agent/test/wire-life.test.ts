import type { PostgresServer } from '@postern/infra/postgres';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cancelRequest } from '../src/wire/codec/startup.js';
import { asSuperuser, connection, rule, until } from './fixture.js';
import { outcomeOf, PASSWORD, WireWorld } from './wire-fixture.js';
import { RawClient, verifierOf } from './wire-raw.js';

/** How sessions begin, change and end, through the whole agent. */
describe('a session on the wire', () => {
  let server: PostgresServer;
  let url: string;
  let wire: WireWorld;
  const open: pg.Client[] = [];

  const ALEX = 'user:alex@acme.example';
  const READER = [rule('shop', ['read'], ALEX)];
  const WRITER = [rule('shop', ['read', 'write'], ALEX)];
  const LIMITS = { rowCap: 100, statementTimeoutMs: 20_000, idleInTransactionTimeoutMs: 60_000 };

  beforeAll(async () => {
    server = await testServer();
    url = await createDatabase(server, uniqueName('life'));
    await asSuperuser(url, 'create schema other; create table other.here (id int); create table t (id int)');
    wire = await WireWorld.create({ shop: url });
    await wire.publish(READER);
    await wire.world.start();
    await until(() => wire.world.agent.policy.state === 'ok');
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((client) => client.end().catch(() => undefined)));
    // What one test leaves behind would be taken for the next one's.
    await until(async () => (await backends()) === 0);
  });
  afterAll(async () => {
    await wire.stop();
    await server.stop();
  });

  const backends = async () => {
    const [row] = await asSuperuser(
      url,
      `select count(*) from pg_stat_activity where datname = current_database() and application_name like 'postern:alex%'`,
    );
    return Number(row?.[0]);
  };
  const publish = (rules = READER, limits: Partial<typeof LIMITS> = {}) =>
    wire.publish(rules, { connections: [connection('shop', { ...LIMITS, ...limits })] });

  async function alex(more: pg.ClientConfig = {}) {
    const client = await wire.client('alex', 'shop', more);
    open.push(client);
    const errors: pg.DatabaseError[] = [];
    client.on('error', (error) => errors.push(error as pg.DatabaseError));
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    return { client, errors, ended };
  }
  /** A statement that is running for sure. */
  const sleeping = (client: pg.Client) => {
    const outcome = outcomeOf(client.query('select pg_sleep(30)'));
    const isRunning = until(async () => {
      const [row] = await asSuperuser(
        url,
        `select count(*) from pg_stat_activity where state = 'active' and query = 'select pg_sleep(30)' and datname = current_database()`,
      );
      return row?.[0] === '1';
    });
    return { outcome, isRunning };
  };

  const cancel = async (client: pg.Client) => {
    const { processID, secretKey } = client as unknown as { processID: number; secretKey: number };
    const key = Buffer.alloc(4);
    key.writeInt32BE(secretKey);
    const canceller = await RawClient.connect(wire.port);
    await canceller.send(cancelRequest(processID, key)).rest();
  };

  it('can be cancelled, and goes on', async () => {
    await publish();
    const { client } = await alex();
    const { outcome, isRunning } = sleeping(client);
    await isRunning;
    await cancel(client);
    expect(await outcome).toMatchObject({ code: '57014' });
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  it.each(['simple', 'extended'])('can be cancelled while the agent still decides (%s)', async (protocol) => {
    await publish();
    const { client } = await alex();
    // So long that another thread parses it, for longer than a cancel request takes.
    const text = `select count(*) from t where id in (${'1,'.repeat(300_000)}1)`;
    const query = protocol === 'simple' ? client.query(text) : client.query({ name: 'long', text });
    const outcome = outcomeOf(query);
    await cancel(client);
    expect(await outcome).toMatchObject({
      code: '57014',
      message: 'canceling statement due to user request',
    });
    // It was for that statement alone.
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    await wire.world.agent.spool.settled();
    await until(() => wire.world.agent.spool.depth === 0);
    const intent = wire.world
      .received('statement.decided')
      .findLast(({ statement }) => statement?.text.startsWith('select count(*) from t where id in'));
    expect((await wire.world.outcome(intent?.id)).outcome?.status).toBe('cancelled');
  });

  it('ends with a word when its person loses the connection', async () => {
    await publish();
    const { errors, ended } = await alex();
    await publish([]);
    await ended;
    expect(errors.map(({ code, severity }) => [code, severity])).toContainEqual(['57P01', 'FATAL']);
    await expect(wire.client('alex')).rejects.toMatchObject({ code: '28P01' });
  });

  it('ends in the middle of a statement, whose end is in the audit', async () => {
    await publish();
    const { client, ended } = await alex();
    const { outcome, isRunning } = sleeping(client);
    await isRunning;
    await publish([]);
    await ended;
    expect(await outcome).toHaveProperty('message');
    const { spool } = wire.world.agent;
    await spool.settled();
    await until(() => spool.depth === 0);
    const intent = wire.world.received('statement.decided').findLast(({ path }) => path === 'wire');
    const finished = await wire.world.outcome(intent?.id);
    expect(finished.outcome?.status).toMatch(/cancelled|failed/);
  });

  it('does at once what a new rule says', async () => {
    const insert = (client: pg.Client) => outcomeOf(client.query('insert into t values (1)'));
    await publish();
    const reader = await alex();
    expect(await insert(reader.client)).toMatchObject({ code: '42501' });
    // The read-only wall is chosen when a session begins: one that needs another wall ends.
    await publish(WRITER);
    await reader.ended;
    expect(reader.errors.map(({ code }) => code)).toContain('57P01');
    const writer = await alex();
    await writer.client.query({ name: 'kept', text: 'insert into t values (1)' });
    await publish([rule('shop', ['read', 'ddl'], ALEX)]);
    // The wall is the same, so the session stays, and what it prepared is decided again.
    expect(
      await outcomeOf(writer.client.query({ name: 'kept', text: 'insert into t values (1)' })),
    ).toMatchObject({ code: '42501' });
    expect(await insert(writer.client)).toMatchObject({ code: '42501' });
    expect((await writer.client.query('select count(*)::int as n from t')).rows).toEqual([{ n: 1 }]);
    await publish();
    await writer.ended;
    expect(await asSuperuser(url, 'select * from t')).toEqual([['1']]);
  });

  it('ends when its password is revoked, replaced or has expired', async () => {
    const person = (databasePassword?: { verifier: string; expiresAt: string }) => ({
      principals: [
        {
          id: 'alex',
          email: 'alex@acme.example',
          name: 'alex',
          ...(databasePassword && { databasePassword }),
        },
      ],
      connections: [connection('shop', LIMITS)],
    });
    const far = '2099-01-01T00:00:00Z';
    for (const next of [undefined, { verifier: verifierOf('another'), expiresAt: far }]) {
      await publish();
      const { ended } = await alex();
      await wire.world.publish(READER, person(next));
      await ended;
    }
    const soon = new Date(wire.world.clock.now() + 120_000).toISOString();
    await wire.world.publish(READER, person({ verifier: verifierOf(PASSWORD), expiresAt: soon }));
    const { ended } = await alex();
    wire.world.clock.advance(121_000);
    await ended;
    await publish();
  });

  it('has its statements and its waiting end in time, by the server’s own words', async () => {
    await publish(READER, { statementTimeoutMs: 300 });
    const slow = await alex();
    expect(await outcomeOf(slow.client.query('select pg_sleep(30)'))).toMatchObject({ code: '57014' });
    // The server's own limit can be changed by whoever it limits; then the agent keeps it.
    await slow.client.query('set statement_timeout = 0');
    expect(await outcomeOf(slow.client.query('select pg_sleep(30)'))).toMatchObject({
      code: '57014',
      message: expect.stringContaining('300 ms'),
    });
    await publish(READER, { idleInTransactionTimeoutMs: 300 });
    const idle = await alex();
    await idle.client.query('begin');
    await idle.ended;
    expect(idle.errors.map(({ code }) => code)).toContain('25P03');
  });

  it('leaves no backend behind when its client vanishes, idle or not', async () => {
    await publish();
    const idle = await alex();
    const busy = await alex();
    const { outcome, isRunning } = sleeping(busy.client);
    await isRunning;
    for (const { client } of [idle, busy]) {
      (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    }
    await outcome;
    await until(async () => (await backends()) === 0);
  });

  it('begins with the settings it was given, and with none that it may not set', async () => {
    await publish();
    const { client } = await alex({ options: '-c search_path=other -c TimeZone=Asia/Tokyo' });
    expect((await client.query('select id from here')).rows).toEqual([]);
    expect((await client.query('show timezone')).rows).toEqual([{ TimeZone: 'Asia/Tokyo' }]);
    for (const options of [
      '-c default_transaction_read_only=off',
      '-c statement_timeout=0',
      '-c session_preload_libraries=x',
      '-c role=postgres',
      '-d 5',
    ]) {
      const refused = await wire.client('alex', 'shop', { options }).then(
        () => undefined,
        (error: pg.DatabaseError) => error,
      );
      expect(refused?.severity, options).toBe('FATAL');
      expect(refused?.message, options).toMatch(
        /`?(default_transaction_read_only|statement_timeout|session_preload_libraries|role|-d)/,
      );
    }
    const other = await wire.program('psql', ['-X', 'client_encoding=latin1', '-c', ''], 'alex');
    expect(other.stderr).toMatch(/FATAL:.*client encoding `latin1`/);
    const latin = await wire.program('psql', ['-X', '-c', 'set client_encoding = latin1'], 'alex');
    expect(latin.stderr).toContain('client_encoding');
  });

  it('is in the audit from its beginning to its end', async () => {
    await publish();
    const { client } = await alex({ application_name: 'nightly report' });
    const opened = await until(() =>
      wire.world
        .received('wire.session_opened')
        .find(({ client: program }) => program?.application === 'nightly report'),
    );
    expect(opened).toMatchObject({ actor: { id: 'alex' }, connection: { slug: 'shop' }, path: 'wire' });
    await client.query('select 1');
    await client.end();
    const closed = await until(() =>
      wire.world.received('wire.session_closed').find(({ sessionId }) => sessionId === opened.sessionId),
    );
    expect(closed.actor.id).toBe('alex');
    const decided = wire.world
      .received('statement.decided')
      .filter(({ sessionId }) => sessionId === opened.sessionId);
    expect(decided.map(({ statement }) => statement?.text)).toEqual(['select 1']);
  });
});
