import type { HeartbeatRequest } from '@postern/protocol/heartbeat';
import type { PoolClient } from 'pg';

const INT4_MAX = 2_147_483_647;

/** jsonb refuses U+0000 and half a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** One statement: thousands of agents say this every 15 seconds. */
export async function storeHeartbeat(
  client: PoolClient,
  agentId: string,
  heartbeat: HeartbeatRequest,
): Promise<number> {
  const enforcedAt = new Date(heartbeat.policyEnforcedAt ?? Number.NaN);
  const connections = heartbeat.connections.map(({ slug, status, detail }) => ({
    slug: storable(slug),
    status,
    ...(detail === undefined ? {} : { detail: storable(detail) }),
  }));
  const { rows } = await client.query<{ policy_version: number }>(
    `update agent a set agent_version = $2, protocol_version = $3, policy_version = $4, policy_enforced_at = $5,
       spool_depth = $6, rss_bytes = $7, connections = $8::jsonb, wire = $9::jsonb, spool = $10::jsonb, features = $11,
       last_seen_at = now()
     from environment e
     where a.id = $1 and a.revoked_at is null and e.org_id = a.org_id and e.id = a.environment_id
     returning e.policy_version`,
    [
      agentId,
      storable(heartbeat.agentVersion),
      Math.min(heartbeat.protocolVersion, INT4_MAX),
      Math.min(heartbeat.policyVersion, INT4_MAX),
      Number.isNaN(enforcedAt.getTime()) ? null : enforcedAt,
      Math.min(heartbeat.spoolDepth, INT4_MAX),
      heartbeat.rssBytes,
      JSON.stringify(connections),
      heartbeat.wire === undefined ? null : JSON.stringify(heartbeat.wire),
      heartbeat.spool === undefined ? null : storable(JSON.stringify(heartbeat.spool)),
      (heartbeat.features ?? []).map(storable),
    ],
  );
  return rows[0]?.policy_version ?? 0;
}
