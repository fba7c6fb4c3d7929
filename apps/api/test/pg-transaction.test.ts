import type { PostgresServer } from '@postern/infra/postgres';
import { testServer } from '@postern/infra/test-server';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../src/tenancy/pg-transaction.js';

let server: PostgresServer;
let pool: pg.Pool;
beforeAll(async () => {
  server = await testServer();
  pool = new pg.Pool({ connectionString: server.superuserUrl(), max: 2 });
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

it('outlives a connection that the server ends between two statements', async () => {
  const transaction = inTransaction(pool, async (client) => {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const lost = new Promise<void>((resolve) => client.once('end', () => resolve()));
    await pool.query('select pg_terminate_backend($1)', [rows[0]?.pid]);
    await lost;
    await client.query('select 1');
  });
  await expect(transaction).rejects.toThrow();
  await expect(
    inTransaction(pool, async (client) => (await client.query('select 1 as one')).rows),
  ).resolves.toEqual([{ one: 1 }]);
});
