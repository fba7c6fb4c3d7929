import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { INestApplicationContext } from '@nestjs/common';
import { freePort } from '@postern/infra/ports';
import { findRedisBinary, type RedisServer, startRedis } from '@postern/infra/redis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../src/config.js';
import { createWorker } from '../src/create-worker.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { QUEUE_BACKENDS } from './queue-backends.js';
import {
  eventually,
  newestBundle,
  outboxSize,
  publishedVersion,
  type SeededOrg,
  seedOrg,
  seedRule,
} from './seed.js';

const API = fileURLToPath(new URL('..', import.meta.url));

const hasRule = async (database: TestDatabase, org: SeededOrg, ruleId: string) =>
  (await publishedVersion(database.owner, org)) > 0 &&
  JSON.stringify(await newestBundle(database.owner, org)).includes(ruleId);

// A server of our own, to be taken away: only where its program is.
if (findRedisBinary() !== undefined) {
  describe('with redis away', () => {
    let database: TestDatabase;
    let redis: RedisServer;
    let worker: INestApplicationContext;
    let org: SeededOrg;
    let port: number;

    beforeAll(async () => {
      port = await freePort();
      redis = await startRedis({ port });
      database = await createTestDatabase({ queue: { backend: 'redis', url: redis.url } });
      org = await seedOrg(database.owner, 'acme');
      worker = await createWorker(database.config);
      const ruleId = await seedRule(database.owner, org, 1);
      await eventually('the first policy', () => hasRule(database, org, ruleId));
    });
    afterAll(async () => {
      await worker.close();
      await database.drop();
      await redis.stop();
    });

    it('changes are saved, and publication catches up with the same worker', async () => {
      const before = await publishedVersion(database.owner, org);
      await redis.stop();
      const ruleIds = [await seedRule(database.owner, org, 2), await seedRule(database.owner, org, 4)];
      await new Promise((resolve) => setTimeout(resolve, 2_500));
      expect(await outboxSize(database.owner)).toBe(2);
      expect(await publishedVersion(database.owner, org)).toBe(before);
      redis = await startRedis({ port });
      for (const ruleId of ruleIds) await eventually('the rules', () => hasRule(database, org, ruleId));
      await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0);
    });

    it('a worker starts without it, and works when it comes', async () => {
      await redis.stop();
      const second = await createWorker(database.config);
      const ruleId = await seedRule(database.owner, org, 8);
      redis = await startRedis({ port });
      await eventually('the rule', () => hasRule(database, org, ruleId));
      await second.close();
    });

    it('a redis that forgot its jobs loses no work', async () => {
      await worker.close();
      // Queued, by a relay that died with the queue before anybody worked.
      const ruleId = await seedRule(database.owner, org, 16);
      await database.owner.query("update outbox set queued_at = now() - interval '2 minutes'");
      worker = await createWorker(database.config);
      await eventually('the rule', () => hasRule(database, org, ruleId));
    });
  });
}

describe.each(QUEUE_BACKENDS)('a worker killed while it works, on $name', ({ start }) => {
  let database: TestDatabase;
  let backend: Awaited<ReturnType<typeof start>>;
  let org: SeededOrg;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    // The process that customers run, not a stand-in.
    execFileSync(process.execPath, [tsc(), '-p', 'tsconfig.json'], { cwd: API });
    backend = await start();
    database = await createTestDatabase(backend.queue ? { queue: backend.queue } : {});
    org = await seedOrg(database.owner, 'acme');
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGKILL');
    await database.drop();
    await backend.stop();
  });

  it('leaves its job to the next', async () => {
    const first = await startWorkerProcess(database.config);
    children.push(first);
    // The environment is held, so that the job begins and cannot end.
    const holder = await database.owner.connect();
    await holder.query('begin');
    await holder.query('select 1 from environment where id = $1 for update', [org.environmentId]);
    const ruleId = await seedRule(database.owner, org, 1);
    await eventually('the job to wait for the environment', async () => {
      const { rows } = await database.owner.query(
        "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%from environment%'",
      );
      return rows.length > 0;
    });
    first.kill('SIGKILL');
    await holder.query('rollback');
    holder.release();
    // What died with the process may have been rolled back or, at the last moment, done: neither may be lost.
    const second = await startWorkerProcess(database.config);
    children.push(second);
    await eventually('the rule', () => hasRule(database, org, ruleId), 60_000);
    await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0, 60_000);
    const ended = new Promise((resolve) => second.once('exit', (code, signal) => resolve(code ?? signal)));
    second.kill('SIGTERM');
    expect(['SIGTERM', 0]).toContain(await ended);
  }, 120_000);
});

function tsc(): string {
  return fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
}

function startWorkerProcess(config: Config): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['dist/worker.js'], {
    cwd: API,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH,
      POSTERN_DATABASE_URL: config.databaseUrl,
      POSTERN_SYSTEM_DATABASE_URL: config.systemDatabaseUrl,
      POSTERN_QUEUE: config.queue.backend,
      [config.queue.backend === 'redis' ? 'POSTERN_REDIS_URL' : 'POSTERN_QUEUE_DATABASE_URL']:
        config.queue.url,
      POSTERN_SIGNING_KEY_FILE: config.signingKeyFile,
    },
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('"msg":"ready"')) resolve(child);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}: ${said}`)));
  });
}
