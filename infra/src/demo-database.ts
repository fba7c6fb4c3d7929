import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { REPOSITORY } from './paths.js';
import type { PostgresServer } from './postgres.js';

export const withClient = async <T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> => {
  const client = new pg.Client({ connectionString: url });
  // A server that stops under us fails the query; the event itself says nothing more.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
};

/** URL of the same server for another role. */
export function urlAs(
  server: Pick<PostgresServer, 'superuserUrl'>,
  db: string,
  user: string,
  password: string,
): string {
  const url = new URL(server.superuserUrl(db));
  url.username = user;
  url.password = password;
  return url.href;
}

/** Makes sure that a login role has this password, and that it owns the database. */
export async function ensureDatabase(
  client: pg.Client,
  db: string,
  owner: string,
  password: string,
  attributes = '',
): Promise<void> {
  const role = client.escapeIdentifier(owner);
  const { rowCount: roles } = await client.query('select from pg_roles where rolname = $1', [owner]);
  if (roles === 0) await client.query(`create role ${role}`);
  await client.query(
    `alter role ${role} login nosuperuser ${attributes} password ${client.escapeLiteral(password)}`,
  );
  const { rowCount: databases } = await client.query('select from pg_database where datname = $1', [db]);
  if (databases === 0) await client.query(`create database ${client.escapeIdentifier(db)} owner ${role}`);
}

/**
 * The demo customer's database: made once, owned by the one login that everybody shares. From then on the server logs
 * every statement that reaches it, so that the guided check can prove what did not.
 */
export async function ensureShop(server: PostgresServer, password: string, orders: number): Promise<string> {
  await withClient(server.superuserUrl(), (client) => ensureDatabase(client, 'shop', 'shop_app', password));
  const url = urlAs(server, 'shop', 'shop_app', password);
  await withClient(url, async (client) => {
    const { rows } = await client.query<{ loaded: boolean }>(
      "select to_regclass('orders') is not null as loaded",
    );
    if (rows[0]?.loaded) return;
    await client.query('begin');
    await client.query("select set_config('postern_demo.orders', $1, true)", [String(orders)]);
    for (const file of ['schema.sql', 'data.sql', 'objects.sql']) {
      await client.query(await readFile(join(REPOSITORY, 'infra', 'demo', file), 'utf8'));
    }
    await client.query('commit');
    await client.query('analyze');
  });
  await withClient(server.superuserUrl('shop'), (client) =>
    client.query("alter database shop set log_statement = 'all'"),
  );
  return url;
}

/**
 * The login with which the demo agent manages the native roles of the shop: no superuser, so that the control plane's own
 * roles on the same server are out of its reach. Made once, with roles that look as if nobody had looked after them.
 */
export async function ensureShopRoles(server: PostgresServer, password: string): Promise<string> {
  // Not in the shop itself, whose log has every statement.
  await withClient(server.superuserUrl(), async (client) => {
    const { rowCount } = await client.query("select from pg_roles where rolname = 'shop_dba'");
    if (rowCount === 0) await client.query('create role shop_dba');
    await client.query(
      `alter role shop_dba login nosuperuser createrole password ${client.escapeLiteral(password)}`,
    );
    await client.query('grant shop_app to shop_dba');
  });
  const url = urlAs(server, 'shop', 'shop_dba', password);
  await withClient(url, async (client) => {
    const { rowCount } = await client.query("select from pg_roles where rolname = 'shop_readers'");
    if (rowCount === 0)
      await client.query(await readFile(join(REPOSITORY, 'infra', 'demo', 'roles.sql'), 'utf8'));
  });
  return url;
}
