import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDatabase, testServer, testServerEnv, uniqueName } from '@postern/infra/test-server';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import pg from 'pg';
import { ensureLogins } from '../src/ensure-logins.js';
import { applyMigrations } from '../src/migrate.js';
import { configFor, KEY_VARIABLE, TEMPLATE_VARIABLE } from './database.js';

/** One server and one migrated template database a run; each test file clones the template. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await testServer();
  const template = uniqueName('postern_template');
  const ownerUrl = await createDatabase(server, template);
  const dir = mkdtempSync(join(tmpdir(), 'postern-api-test-'));
  const keyFile = join(dir, 'signing-key.json');
  await writeSigningKey(keyFile);
  Object.assign(process.env, testServerEnv(server), {
    [TEMPLATE_VARIABLE]: template,
    [KEY_VARIABLE]: keyFile,
  });
  const config = configFor(ownerUrl);
  await applyMigrations(ownerUrl);
  await ensureLogins(ownerUrl, config);
  return async () => {
    rmSync(dir, { recursive: true, force: true });
    await dropTemplate(server.superuserUrl(), template);
    await server.stop();
  };
}

async function writeSigningKey(file: string): Promise<void> {
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  writeFileSync(file, JSON.stringify({ ...jwk, kid, alg: 'EdDSA', use: 'sig' }), { mode: 0o600 });
}

async function dropTemplate(superuserUrl: string, template: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`drop database if exists "${template}" with (force)`);
  for (const kind of ['app', 'system', 'queue'])
    await client.query(`drop role if exists "${template}_${kind}"`).catch(() => {}); // a clone of a crashed file still uses it
  await client.end();
}
