import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import pg from 'pg';
import type { Config } from '../src/config.js';

export const TEMPLATE_VARIABLE = 'POSTERN_API_TEST_TEMPLATE';
export const KEY_VARIABLE = 'POSTERN_API_TEST_KEY';

function variable(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: run through vitest's global set-up`);
  return value;
}

/** A login of this run, on the database of `ownerUrl`. */
function loginUrl(ownerUrl: string, kind: 'app' | 'system' | 'queue'): string {
  const url = new URL(ownerUrl);
  url.username = `${variable(TEMPLATE_VARIABLE)}_${kind}`;
  url.password = `only-${kind}-in-tests`;
  return url.href;
}

/** The configuration of an api on that database: real logins without any power beyond their role's. */
export function configFor(ownerUrl: string, more: Partial<Config> = {}): Config {
  return {
    databaseUrl: loginUrl(ownerUrl, 'app'),
    systemDatabaseUrl: loginUrl(ownerUrl, 'system'),
    ownerDatabaseUrl: ownerUrl,
    queue: { backend: 'postgres', url: loginUrl(ownerUrl, 'queue') },
    host: '127.0.0.1',
    port: 0,
    apiUrl: 'http://127.0.0.1:4000',
    webUrl: 'http://127.0.0.1:3000',
    signingKeyFile: variable(KEY_VARIABLE),
    cookieSecure: false,
    allowPrivateDestinations: false,
    policyLeaseSeconds: 86_400,
    auditAnchorDir: undefined,
    auditAnchorStore: undefined,
    logLevel: process.env.POSTERN_TEST_LOG ?? 'silent',
    ...more,
  };
}

/** A database of one test file, cloned from the migrated template. */
export interface TestDatabase {
  readonly name: string;
  readonly config: Config;
  /** Superuser, sees everything: for looking at what is really stored. */
  readonly owner: pg.Pool;
  drop(): Promise<void>;
}

export async function createTestDatabase(more: Partial<Config> = {}): Promise<TestDatabase> {
  const server = await testServer();
  const name = uniqueName('api_test');
  const ownerUrl = await createDatabase(server, name, { template: variable(TEMPLATE_VARIABLE) });
  const owner = new pg.Pool({ connectionString: ownerUrl, max: 3 });
  owner.on('error', () => {});
  return {
    name,
    config: configFor(ownerUrl, more),
    owner,
    drop: async () => {
      await owner.end();
      const client = new pg.Client({ connectionString: server.superuserUrl() });
      await client.connect();
      await client.query(`drop database if exists "${name}" with (force)`);
      await client.end();
    },
  };
}
