import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** prisma/migrations of this repository, from src/ and from dist/ alike. */
export const MIGRATIONS_DIR = fileURLToPath(new URL('../../../prisma/migrations', import.meta.url));

/** The number that Prisma's own engine locks, so that the two never run together. */
const PRISMA_LOCK = 72707369;

/** Prisma's own table: a real `prisma migrate deploy` elsewhere goes on where we stopped, and the other way round. */
const HISTORY_TABLE = `create table if not exists _prisma_migrations (
  id varchar(36) primary key not null, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz,
  started_at timestamptz not null default now(), applied_steps_count integer not null default 0)`;

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

function readMigrations(dir: string): Migration[] {
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(join(dir, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });
}

/** What stands in the history: finished ones by name with their checksum. An unfinished one stops everything. */
async function finishedMigrations(client: pg.Client): Promise<Map<string, string>> {
  const { rows } = await client.query<{ migration_name: string; checksum: string; finished: boolean }>(
    'select migration_name, checksum, finished_at is not null as finished from _prisma_migrations where rolled_back_at is null',
  );
  const open = rows.find((row) => !row.finished);
  if (open)
    throw new Error(
      `migration \`${open.migration_name}\` was begun and never finished; look at the database, then set its rolled_back_at or finished_at in _prisma_migrations`,
    );
  return new Map(rows.map((row) => [row.migration_name, row.checksum]));
}

/** A file is sent whole, so PostgreSQL makes one transaction of it: a failed one leaves nothing behind and may be run again. */
async function applyOne(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  const id = randomUUID();
  await client.query('insert into _prisma_migrations (id, checksum, migration_name) values ($1, $2, $3)', [
    id,
    checksum,
    name,
  ]);
  try {
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    await client.query('update _prisma_migrations set logs = $2, rolled_back_at = now() where id = $1', [
      id,
      reason,
    ]);
    throw new Error(`migration \`${name}\` failed: ${reason}`, { cause: error });
  }
  await client.query(
    'update _prisma_migrations set finished_at = now(), applied_steps_count = 1 where id = $1',
    [id],
  );
}

/** Applies what is missing, in order; answers with the names. No engine, no download (ADR 0003). */
export async function applyMigrations(ownerUrl: string, dir = MIGRATIONS_DIR): Promise<string[]> {
  const client = new pg.Client({ connectionString: ownerUrl, application_name: 'postern-migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [PRISMA_LOCK]);
    await client.query(HISTORY_TABLE);
    const finished = await finishedMigrations(client);
    const applied: string[] = [];
    for (const migration of readMigrations(dir)) {
      const checksum = finished.get(migration.name);
      if (checksum !== undefined && checksum !== migration.checksum)
        throw new Error(
          `migration \`${migration.name}\` was changed after it had been applied; restore the file and write a new migration`,
        );
      if (checksum !== undefined) continue;
      await applyOne(client, migration);
      applied.push(migration.name);
    }
    return applied;
  } finally {
    await client.end();
  }
}
