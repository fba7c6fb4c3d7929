import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createWorker } from '../src/create-worker.js';
import { JobWorker } from '../src/jobs/job-worker.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { eventually, newestBundle, publishedVersion, type SeededOrg, seedOrg, seedRule } from './seed.js';

let database: TestDatabase;
let worker: INestApplicationContext;
let org: SeededOrg;

beforeAll(async () => {
  database = await createTestDatabase();
  org = await seedOrg(database.owner, 'acme');
  worker = await createWorker(database.config);
});
afterAll(async () => {
  await worker.close();
  await database.drop();
});

const published = async (ruleId: string) =>
  (await publishedVersion(database.owner, org)) > 0 &&
  JSON.stringify(await newestBundle(database.owner, org)).includes(ruleId);

/** The server is there and refuses: what BullMQ would answer by trying again without a pause. */
async function refuseConnections(): Promise<void> {
  await database.owner.query(`alter database "${database.name}" connection limit 0`);
  await database.owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = $1 and not (select rolsuper from pg_roles where oid = usesysid)`,
    [database.name],
  );
}

it('rests while the queue refuses it, and works again afterwards', async () => {
  const before = await seedRule(database.owner, org, 1);
  await eventually('the first rule', () => published(before));
  let errors = 0;
  worker.get(JobWorker)['worker']?.it.on('error', () => {
    errors += 1;
  });
  await refuseConnections();
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  expect(errors).toBeGreaterThan(0);
  // Unrested, ten a second; and with errors that come back at once, as many as a core can make.
  expect(errors).toBeLessThan(20);
  const after = await seedRule(database.owner, org, 2);
  await database.owner.query(`alter database "${database.name}" connection limit -1`);
  await eventually('the second rule', () => published(after));
});
