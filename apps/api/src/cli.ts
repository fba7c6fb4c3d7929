import { writeFileSync } from 'node:fs';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { readConfig } from './config.js';
import { ensureLogins } from './ensure-logins.js';
import { applyMigrations } from './migrate.js';

const USAGE = `usage: node cli.js <command>
  migrate                        bring the database up to date and make the logins of the api
  generate-signing-key <file>    write a new private key for policy bundles and console tokens`;

async function migrate(): Promise<void> {
  const config = readConfig(process.env);
  const owner = config.ownerDatabaseUrl;
  if (owner === undefined)
    throw new Error('set `POSTERN_DATABASE_OWNER_URL`: only the owner may change the schema');
  const applied = await applyMigrations(owner);
  await ensureLogins(owner, config);
  console.log(applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`);
}

async function generateSigningKey(file: string | undefined): Promise<void> {
  if (file === undefined) throw new Error(USAGE);
  const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519', extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  const text = `${JSON.stringify({ ...jwk, kid, alg: 'EdDSA', use: 'sig' })}\n`;
  try {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new Error(
      `\`${file}\` exists; agents may trust that key, so it is not overwritten: choose another file`,
    );
  }
  console.log(`wrote ${file}`);
}

async function main([command, argument]: string[]): Promise<void> {
  if (command === 'migrate') return migrate();
  if (command === 'generate-signing-key') return generateSigningKey(argument);
  throw new Error(USAGE);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
