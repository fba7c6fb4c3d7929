import type { ConnectionEvidence } from '@postern/protocol/evidence';
import type { PoolClient } from 'pg';

const KEPT = '90 days';

/** jsonb refuses U+0000 and half a surrogate pair. */
const storable = (json: string): string =>
  json.replaceAll('\\u0000', '\\ufffd').replace(/\\ud[89a-f][0-9a-f]{2}/gi, '\\ufffd');

/** Keeps one look, and forgets those that are too old. */
export async function insertEvidence(
  client: PoolClient,
  row: { id: string; orgId: string; agentId: string },
  evidence: ConnectionEvidence,
): Promise<void> {
  await client.query(
    `insert into database_evidence (id, org_id, agent_id, connection_slug, since, at, evidence)
     values ($1, $2, $3, $4, $5, $6, $7::jsonb)`,
    [
      row.id,
      row.orgId,
      row.agentId,
      evidence.slug,
      evidence.since,
      evidence.at,
      storable(JSON.stringify(evidence)),
    ],
  );
  await client.query(`delete from database_evidence where at < now() - interval '${KEPT}'`);
}

/** Whether the agent's environment has the connection: no agent tells of others' databases. */
export async function isServedBy(client: PoolClient, agentId: string, slug: string): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from db_connection c join agent a on a.environment_id = c.environment_id where a.id = $1 and c.slug = $2`,
    [agentId, slug],
  );
  return rowCount === 1;
}
