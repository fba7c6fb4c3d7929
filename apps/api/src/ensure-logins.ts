import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { runMigrations } from 'bullmq';
import pg from 'pg';
import type { Config } from './config.js';

/** Schema of BullMQ's PostgreSQL backend. */
export const QUEUE_SCHEMA = 'bullmq';

interface Login {
  variable: string;
  url: URL;
  memberOf?: 'postern_app' | 'postern_system';
}

/**
 * The stored form of a password (RFC 5803), made here so that the password itself is neither sent nor logged.
 * https://www.postgresql.org/docs/current/catalog-pg-authid.html
 */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${storedKey}:${hmac('Server Key').toString('base64')}`;
}

function wantedLogins(config: Config): Login[] {
  const logins: Login[] = [
    { variable: 'POSTERN_DATABASE_URL', url: new URL(config.databaseUrl), memberOf: 'postern_app' },
    {
      variable: 'POSTERN_SYSTEM_DATABASE_URL',
      url: new URL(config.systemDatabaseUrl),
      memberOf: 'postern_system',
    },
  ];
  if (config.queue.backend === 'postgres')
    logins.push({ variable: 'POSTERN_QUEUE_DATABASE_URL', url: new URL(config.queue.url) });
  return logins;
}

async function canSignIn(url: URL): Promise<boolean> {
  const client = new pg.Client({ connectionString: url.href, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureLogin(owner: pg.Client, { variable, url, memberOf }: Login): Promise<void> {
  const name = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const role = owner.escapeIdentifier(name);
  const found = await owner.query<{ power: boolean; is_owner: boolean }>(
    'select rolsuper or rolbypassrls or rolcreaterole as power, rolname = current_user as is_owner from pg_roles where rolname = $1',
    [name],
  );
  if (found.rows[0]?.power || found.rows[0]?.is_owner)
    throw new Error(
      `\`${variable}\` signs in as \`${name}\`, who could get round row-level security; give it a login of its own`,
    );
  if (!/^[\x20-\x7e]+$/.test(password))
    throw new Error(`the password in \`${variable}\` must be set and plain ASCII`);
  if (found.rowCount === 0) await createLogin(owner, role);
  if (!(await canSignIn(url)))
    await owner.query(`alter role ${role} login password ${owner.escapeLiteral(scramVerifier(password))}`);
  if (memberOf) await owner.query(`grant ${memberOf} to ${role}`);
}

async function createLogin(owner: pg.Client, role: string): Promise<void> {
  try {
    await owner.query(`create role ${role} login inherit nosuperuser nobypassrls nocreaterole nocreatedb`);
  } catch (error) {
    // Another migrate of the same server was quicker.
    if (!['42710', '23505'].includes((error as pg.DatabaseError).code ?? '')) throw error;
  }
}

/**
 * The queue's login owns a schema of its own and sees nothing else. BullMQ brings its tables up to date here, not at run time:
 * for that it wants CREATE on the database, which the login has for this moment only. In another database than ours, its owner
 * gives that right.
 */
async function ensureQueueSchema(owner: pg.Client, ownerUrl: URL, url: URL): Promise<void> {
  if (url.host !== ownerUrl.host || url.pathname !== ownerUrl.pathname) return migrateQueue(url);
  const role = owner.escapeIdentifier(decodeURIComponent(url.username));
  const database = owner.escapeIdentifier(decodeURIComponent(url.pathname.slice(1)));
  await owner.query(`grant ${role} to current_user`);
  await owner.query(`create schema if not exists ${QUEUE_SCHEMA} authorization ${role}`);
  await owner.query(`grant create on database ${database} to ${role}`);
  try {
    await migrateQueue(url);
  } finally {
    await owner.query(`revoke create on database ${database} from ${role}`);
  }
}

async function migrateQueue(url: URL): Promise<void> {
  const client = new pg.Client({ connectionString: url.href, application_name: 'postern-migrate' });
  await client.connect();
  try {
    await runMigrations(client, QUEUE_SCHEMA);
  } finally {
    await client.end();
  }
}

/** Makes sure that the logins the api and its worker use exist, with the rights they need and no others. */
export async function ensureLogins(ownerUrl: string, config: Config): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl, application_name: 'postern-migrate' });
  await owner.connect();
  try {
    for (const login of wantedLogins(config)) await ensureLogin(owner, login);
    if (config.queue.backend === 'postgres')
      await ensureQueueSchema(owner, new URL(ownerUrl), new URL(config.queue.url));
  } finally {
    await owner.end();
  }
}
