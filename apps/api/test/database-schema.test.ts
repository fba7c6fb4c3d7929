import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIGRATIONS_DIR } from '../src/migrate.js';
import { dumpCatalog } from './catalog-dump.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { prismaDrift } from './prisma-drift.js';

const SNAPSHOT = join(MIGRATIONS_DIR, '../schema.snapshot.sql');
const HEADER =
  '-- Written by `npm run snapshots -w @postern/api`: what the migrations make, so that their effect shows in review.\n\n';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the schema', () => {
  it('is what prisma/schema.snapshot.sql says', async () => {
    const dump = HEADER + (await dumpCatalog(database.owner));
    if (process.env.POSTERN_UPDATE_SNAPSHOTS === '1') writeFileSync(SNAPSHOT, dump);
    expect(readFileSync(SNAPSHOT, 'utf8')).toBe(dump);
  });

  it('has the tenancy template of prisma/rls.sql', () => {
    const template = readFileSync(join(MIGRATIONS_DIR, '../rls.sql'), 'utf8');
    const first = readFileSync(join(MIGRATIONS_DIR, '20261121000000_init/migration.sql'), 'utf8');
    const body = template.slice(template.indexOf('create function'));
    expect(first).toContain(body.trim());
  });

  it('agrees with the models of schema.prisma', async () => {
    const drift = await prismaDrift(database.config.ownerDatabaseUrl ?? '');
    const statements = drift.split('\n').filter((line) => line !== '' && !line.startsWith('--'));
    expect(statements).toEqual([]);
  });
});
