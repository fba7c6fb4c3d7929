import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { QUEUE_BACKENDS } from './queue-backends.js';
import {
  askForPublication,
  eventually,
  newestBundle,
  outboxSize,
  publishedVersion,
  type SeededOrg,
  seedOrg,
  seedRule,
} from './seed.js';

describe.each(QUEUE_BACKENDS)('jobs on $name', ({ start }) => {
  let database: TestDatabase;
  let backend: Awaited<ReturnType<typeof start>>;
  let org: SeededOrg;
  let workers: INestApplicationContext[] = [];

  const startWorker = async () => {
    const worker = await createWorker(database.config);
    workers.push(worker);
    return worker;
  };

  beforeAll(async () => {
    backend = await start();
    database = await createTestDatabase(backend.queue ? { queue: backend.queue } : {});
    org = await seedOrg(database.owner, 'acme');
  });
  afterAll(async () => {
    for (const worker of workers) await worker.close();
    await database.drop();
    await backend.stop();
  });

  it('turns a committed change into a signed bundle and forgets the request', async () => {
    await startWorker();
    await seedRule(database.owner, org, 1);
    await eventually('version 1', async () => (await publishedVersion(database.owner, org)) === 1);
    expect((await newestBundle(database.owner, org)).rules).toMatchObject([
      { connection: '*', permissions: ['read'], members: ['*'] },
    ]);
    await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0);
  });

  it('publishes nothing when nothing changed, however often it is asked', async () => {
    const before = await publishedVersion(database.owner, org);
    for (let i = 0; i < 5; i++) await askForPublication(database.owner, org);
    await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0);
    expect(await publishedVersion(database.owner, org)).toBe(before);
  });

  it('never loses the last change of a burst, with two workers', async () => {
    await startWorker();
    const before = await publishedVersion(database.owner, org);
    const ruleIds: string[] = [];
    for (let i = 0; i < 60; i++) ruleIds.push(await seedRule(database.owner, org, 1 + (i % 100)));
    await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0);
    const bundle = await newestBundle(database.owner, org);
    const ids = new Set(bundle.rules.map((rule: { id: string }) => rule.id));
    expect(ruleIds.filter((id) => !ids.has(id))).toEqual([]);
    const { rows } = await database.owner.query<{ version: number }>(
      'select version from policy_bundle where environment_id = $1 order by created_at, version',
      [org.environmentId],
    );
    const versions = rows.map((row) => row.version);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    expect(new Set(versions).size).toBe(versions.length);
    expect(await publishedVersion(database.owner, org)).toBeGreaterThan(before);
  });

  it('loses no work when every worker stops, and takes it up again', async () => {
    for (const worker of workers) await worker.close();
    workers = [];
    const ruleId = await seedRule(database.owner, org, 64);
    expect(await outboxSize(database.owner)).toBe(1);
    await startWorker();
    await eventually('an empty outbox', async () => (await outboxSize(database.owner)) === 0);
    expect(JSON.stringify(await newestBundle(database.owner, org))).toContain(ruleId);
  });
});
