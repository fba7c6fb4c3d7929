import { once } from 'node:events';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { descriptors } from '../bench/process-figures.js';
import { eventually } from '../stack.js';
import { streamOf } from './talk.js';
import { Endurance } from './world.js';

const LIMITS = { statementTimeoutMs: 4_000, idleInTransactionTimeoutMs: 3_000 };
/** Beyond what the agent has open between loads: sockets of its own that come and go, to its database and its control plane. */
const DESCRIPTORS_SPARE = 8;

/** Networks and databases fail; sessions end with a word, and nothing stays behind. */
describe('faults', () => {
  let world: Endurance;
  let before = 0;
  const open: pg.Client[] = [];

  beforeAll(async () => {
    world = await Endurance.start({ limits: LIMITS });
    await warmUp();
    before = descriptors(world.agent.pid);
  });
  afterAll(() => world?.stop());
  afterEach(async () => {
    await world.unload();
    world.networks.clients.fateOf = () => undefined;
    for (const client of open.splice(0)) streamOf(client).destroy();
    await expectNothingLeft();
  });

  const warmUp = async () => {
    world.load(6);
    await pause(1_000);
    await world.unload();
  };
  async function expectNothingLeft() {
    expect(
      await eventually(
        () => world.backends(),
        (count) => count === 0,
      ),
    ).toBe(0);
    await eventually(
      async () => descriptors(world.agent.pid),
      (count) => !(count > before + DESCRIPTORS_SPARE),
    );
  }

  /** A client that keeps what its connection ended with. */
  async function somebody(more: Partial<pg.ClientConfig> = {}, direct = true) {
    const client = new pg.Client({ ...world.login('writer', 'strict', direct), ...more });
    const errors: (string | undefined)[] = [];
    client.on('error', (error) => errors.push((error as pg.DatabaseError).code));
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await client.connect();
    open.push(client);
    return { client, errors, ended };
  }
  const codeOf = (query: Promise<unknown>): Promise<string | undefined> =>
    query.then(
      () => 'success',
      (error: pg.DatabaseError) => error.code ?? error.message,
    );
  const isServing = async () => {
    const { client } = await somebody();
    await client.query('select 1');
    await client.end();
  };

  it.each(['SIGINT', 'SIGQUIT'] as const)(
    'the database stops by %s under load and comes back',
    async (signal) => {
      world.load(6);
      await pause(800);
      const idle = await somebody();
      const running = codeOf((await somebody()).client.query('select pg_sleep(3.5)'));
      const within = await somebody();
      await within.client.query('begin');
      process.kill(world.postgres.pid, signal);
      try {
        await Promise.all([idle.ended, within.ended]);
        // A server that stops at once says no more than a warning.
        const words = signal === 'SIGINT' ? '57P01' : '08006';
        expect([idle.errors[0], within.errors[0], await running]).toEqual([words, words, words]);
        // Who comes now is told why not.
        expect(await codeOf(somebody())).toBe('57P03');
      } finally {
        await world.postgres.stop();
        await world.startPostgres();
      }
      const { succeeded } = world.journal;
      await eventually(
        async () => world.journal.succeeded,
        (count) => count > succeeded + 20,
      );
      await world.unload();
      await isServing();
    },
  );

  it('the network to the database is cut: each session says so', async () => {
    for (const cut of ['reset', 'half-close'] as const) {
      const idle = await somebody();
      const { client } = await somebody();
      const running = codeOf(client.query('select pg_sleep(3.5)'));
      await pause(200);
      world.networks.database.cutAll(cut);
      await idle.ended;
      expect([cut, idle.errors[0], await running]).toEqual([cut, '08006', '08006']);
      await isServing();
    }
  });

  it('the network to the database goes silent: no client waits for ever', async () => {
    const { client, ended } = await somebody();
    await client.query('select 1');
    world.networks.database.cutAll('hold');
    expect(await codeOf(client.query('select 2'))).toMatch(
      /57P01|08006|57014|connection\.unavailable|58000|08/,
    );
    await ended;
    world.networks.database.cutAll('reset');
    await isServing();
  });

  it('clients vanish in the middle of a message, of a COPY, of a result', async () => {
    const { clients } = world.networks;
    for (const cut of ['reset', 'half-close'] as const) {
      for (let n = 0; n < 8; n++) {
        // Sign-in is about 300 bytes up and 600 down.
        const direction = n % 2 === 0 ? 'up' : 'down';
        clients.fateOf = () => ({ cut, direction, afterBytes: 100 + n * 1_500 });
        await somebody({ connectionTimeoutMillis: 3_000 }, false).then(
          async ({ client }) => {
            const copy = client.query(copyFrom('copy load from stdin'));
            copy.on('error', () => undefined);
            Readable.from(Array.from({ length: 500 }, (_, id) => `${id}\t${'z'.repeat(50)}\n`)).pipe(copy);
            void codeOf(client.query(`select repeat('x', 500) from generate_series(1, 500)`));
            await Promise.race([once(client, 'end').catch(() => undefined), pause(3_000)]);
          },
          () => undefined,
        );
      }
    }
    clients.cutAll('reset');
    await isServing();
  });

  it('a client that is gone without a word loses its open transaction, and its locks, in time', async () => {
    const { client } = await somebody({}, false);
    await client.query('begin');
    await client.query(`insert into load values (1, 'held')`);
    world.networks.clients.cutAll('hold');
    expect(
      await eventually(
        () => world.backends(),
        (count) => count === 0,
      ),
    ).toBe(0);
    world.networks.clients.cutAll('reset');
  });

  it('a client that does not read what it asked for is not waited for', async () => {
    const { client } = await somebody();
    streamOf(client).pause();
    void codeOf(client.query(`select repeat('x', 1000) from generate_series(1, 500000)`));
    await eventually(
      () => world.backends(),
      (count) => count === 1,
    );
    expect(
      await eventually(
        () => world.backends(),
        (count) => count === 0,
        40_000,
      ),
    ).toBe(0);
  });

  it('an agent that is asked to stop lets statements end, says goodbye, and leaves no end open', async () => {
    world.load(6);
    await pause(800);
    const idle = await somebody();
    const { client } = await somebody();
    const running = codeOf(client.query('select pg_sleep(1)'));
    await pause(100);
    const stopped = world.agent.stop();
    expect(await running).toBe('success');
    await idle.ended;
    expect(idle.errors[0]).toBe('57P01');
    await stopped;
    expect(await world.backends()).toBe(0);
    await world.unload();
    await world.agent.start();
  });

  it('and through all of it the ledgers agree', async () => {
    const { lost, repeated, altered, unknown, ...counts } = await world.settle();
    console.log(JSON.stringify({ ...counts, unknown, errors: Object.fromEntries(world.journal.errors) }));
    expect({ lost, repeated, altered, unknown }).toEqual({ lost: [], repeated: [], altered: [], unknown: 0 });
  });
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
