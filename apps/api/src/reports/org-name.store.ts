import type { PoolClient } from 'pg';

/** The name of the organisation whose transaction this is. */
export async function readOrgName(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ name: string }>('select name from org');
  return rows[0]?.name ?? '';
}
