import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureLogins } from '../src/ensure-logins.js';
import { applyMigrations, MIGRATIONS_DIR } from '../src/migrate.js';
import { configFor } from './database.js';

let dir: string;
let name: string;
let ownerUrl: string;
let owner: pg.Pool;
let server: Awaited<ReturnType<typeof testServer>>;

beforeAll(async () => {
  server = await testServer();
});
beforeEach(async () => {
  name = uniqueName('migrate_test');
  ownerUrl = await createDatabase(server, name);
  owner = new pg.Pool({ connectionString: ownerUrl, max: 1 });
  dir = mkdtempSync(join(tmpdir(), 'postern-migrations-'));
  cpSync(MIGRATIONS_DIR, dir, { recursive: true });
  return async () => {
    await owner.end();
    rmSync(dir, { recursive: true });
    const admin = new pg.Client({ connectionString: server.superuserUrl() });
    await admin.connect();
    await admin.query(`drop database "${name}" with (force)`);
    for (const login of created.splice(0)) await admin.query(`drop role if exists "${login}"`);
    await admin.end();
  };
});
afterAll(() => server.stop());

const created: string[] = [];

function migration(migrationName: string, sql: string): void {
  mkdirSync(join(dir, migrationName), { recursive: true });
  writeFileSync(join(dir, migrationName, 'migration.sql'), sql);
}
const history = async () =>
  (
    await owner.query(
      'select migration_name, finished_at is not null as finished, rolled_back_at is not null as rolled_back, logs from _prisma_migrations order by started_at',
    )
  ).rows;

/** Those of the repository, in order. */
const shipped = readdirSync(MIGRATIONS_DIR)
  .filter((name) => /^\d/.test(name))
  .sort();

describe('migrations', () => {
  it('apply in order, once, whoever comes first', async () => {
    migration('20990102000000_second', 'alter table thing add column b integer');
    migration('20990101000000_first', 'create table thing (a integer)');
    const answers = await Promise.all([applyMigrations(ownerUrl, dir), applyMigrations(ownerUrl, dir)]);
    const names = [...shipped, '20990101000000_first', '20990102000000_second'];
    expect(answers.toSorted((a, b) => a.length - b.length)).toEqual([[], names]);
    expect(await applyMigrations(ownerUrl, dir)).toEqual([]);
    expect((await history()).map((row) => row.migration_name)).toEqual(names);
  });

  it('leave nothing of a failed one behind and may be run again', async () => {
    await applyMigrations(ownerUrl, dir);
    migration('20990101000000_bad', 'create table half (a integer); create table half (a integer);');
    await expect(applyMigrations(ownerUrl, dir)).rejects.toThrow(
      'migration `20990101000000_bad` failed: relation "half" already exists',
    );
    expect((await history()).at(-1)).toMatchObject({ finished: false, rolled_back: true });
    migration('20990101000000_bad', 'create table half (a integer)');
    expect(await applyMigrations(ownerUrl, dir)).toEqual(['20990101000000_bad']);
  });

  it('refuse a file that was changed after it had been applied, and one that was begun elsewhere', async () => {
    migration('20990101000000_first', 'create table thing (a integer)');
    await applyMigrations(ownerUrl, dir);
    migration('20990101000000_first', 'create table thing (a bigint)');
    await expect(applyMigrations(ownerUrl, dir)).rejects.toThrow('was changed after it had been applied');
    await owner.query('update _prisma_migrations set finished_at = null');
    await expect(applyMigrations(ownerUrl, dir)).rejects.toThrow('was begun and never finished');
  });
});

describe('logins', () => {
  /** A configuration whose logins no other test uses. */
  function ownConfig() {
    const config = configFor(ownerUrl);
    const prefix = uniqueName('login');
    const rename = (url: string, kind: string) => {
      const copy = new URL(url);
      copy.username = `${prefix}_${kind}`;
      created.push(copy.username);
      return copy.href;
    };
    return {
      ...config,
      databaseUrl: rename(config.databaseUrl, 'app'),
      systemDatabaseUrl: rename(config.systemDatabaseUrl, 'system'),
      queue: { backend: 'postgres' as const, url: rename(config.queue.url, 'queue') },
    };
  }

  const whoAmI = async (url: string) => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      `select pg_has_role('postern_app', 'usage') as app, pg_has_role('postern_system', 'usage') as system,
              has_schema_privilege('bullmq', 'create') as queue, has_schema_privilege('public', 'create') as makes`,
    );
    await client.end();
    return rows[0];
  };

  it('are made with the rights they need and no others, as often as one likes', async () => {
    const config = ownConfig();
    await applyMigrations(ownerUrl);
    await ensureLogins(ownerUrl, config);
    await ensureLogins(ownerUrl, config);
    const none = { app: false, system: false, queue: false, makes: false };
    expect(await whoAmI(config.databaseUrl)).toEqual({ ...none, app: true });
    expect(await whoAmI(config.systemDatabaseUrl)).toEqual({ ...none, system: true });
    expect(await whoAmI(config.queue.url)).toEqual({ ...none, queue: true });
  });

  it('get the password of the configuration when it has changed', async () => {
    const config = ownConfig();
    await applyMigrations(ownerUrl);
    await ensureLogins(ownerUrl, config);
    const changed = new URL(config.databaseUrl);
    changed.password = 'another one: with @ and %25';
    await ensureLogins(ownerUrl, { ...config, databaseUrl: changed.href });
    expect(await whoAmI(changed.href)).toMatchObject({ app: true });
    await expect(whoAmI(config.databaseUrl)).rejects.toThrow(/password authentication failed/);
  });

  it('are never those of somebody powerful', async () => {
    await applyMigrations(ownerUrl);
    const config = { ...ownConfig(), databaseUrl: ownerUrl };
    await expect(ensureLogins(ownerUrl, config)).rejects.toThrow(
      '`POSTERN_DATABASE_URL` signs in as `postgres`, who could get round row-level security',
    );
  });
});
