import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { type PostgresServer, startPostgres } from './postgres.js';
import type { PostgresMajor } from './postgres-binaries.js';

/** `npm test` starts one server for all suites and names it here. */
const URL_VARIABLE = 'POSTERN_TEST_PG_URL';
const LOG_VARIABLE = 'POSTERN_TEST_PG_LOG';

/** Settings of a server that only tests use. */
export const TEST_FLAGS = [
  'max_connections=300',
  'shared_buffers=128MB',
  'max_wal_size=4GB',
  'autovacuum_naptime=10min',
];

/**
 * The PostgreSQL that tests use: the one at POSTERN_TEST_PG_URL, else one of its own that `stop()` removes. Another major
 * than 18 is always one of its own, and so is any with `own`.
 */
export async function testServer(
  options: {
    readonly major?: PostgresMajor;
    readonly own?: boolean;
    /** Settings that only a start can change; then it is one of its own. */
    readonly flags?: readonly string[];
  } = {},
): Promise<PostgresServer> {
  const { major = 18, flags = [], own = flags.length > 0 } = options;
  const given = major === 18 && !own ? process.env[URL_VARIABLE] : undefined;
  if (given !== undefined && given !== '') return existing(given);
  const dir = mkdtempSync(join(tmpdir(), 'postern-pg-'));
  chmodSync(dir, 0o755);
  const server = await startPostgres({
    dataDir: join(dir, 'data'),
    major,
    durable: false,
    flags: [...TEST_FLAGS, ...flags],
  });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function existing(url: string): PostgresServer {
  return {
    port: Number(new URL(url).port),
    pid: 0,
    dataDir: '',
    logFile: process.env[LOG_VARIABLE] ?? '',
    superuserUrl: (db = 'postgres') => {
      const copy = new URL(url);
      copy.pathname = `/${encodeURIComponent(db)}`;
      return copy.href;
    },
    stop: async () => undefined,
  };
}

/** Variables that let child processes' `testServer()` use this server. */
export const testServerEnv = (server: PostgresServer): Record<string, string> => ({
  [URL_VARIABLE]: server.superuserUrl(),
  [LOG_VARIABLE]: server.logFile,
});

/** Creates a database, as a copy of `template` when given; answers with the superuser's URL of it. */
export async function createDatabase(
  server: Pick<PostgresServer, 'superuserUrl'>,
  name: string,
  options: { readonly template?: string } = {},
): Promise<string> {
  const client = new pg.Client({ connectionString: server.superuserUrl() });
  await client.connect();
  try {
    const template =
      options.template === undefined ? '' : ` template ${client.escapeIdentifier(options.template)}`;
    await client.query(`create database ${client.escapeIdentifier(name)}${template}`);
  } finally {
    await client.end();
  }
  return server.superuserUrl(name);
}

/** A name that no other test uses. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(6).toString('hex')}`;
