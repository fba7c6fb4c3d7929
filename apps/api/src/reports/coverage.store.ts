import type { AuditEvent } from '@postern/core/audit';
import type { PoolClient } from 'pg';

export interface CoverageRows {
  connections: {
    slug: string;
    environmentId: string;
    environment: string;
    auditMode: string;
    rules: number;
    lastEventAt: Date | null;
  }[];
  agents: {
    name: string;
    environmentId: string;
    environment: string;
    agentVersion: string;
    policyVersion: number;
    newestVersion: number;
    spoolDepth: number;
    auditSeq: number;
    connections: unknown;
    lastSeenAt: Date | null;
    lastEventAt: Date | null;
  }[];
  refusals: { at: Date; kind: string; agent: string; reason: string }[];
}

/** What the control plane knows of agents and connections at this moment. Revoked agents no longer count. */
export async function readCoverage(client: PoolClient, refusedSince: Date): Promise<CoverageRows> {
  const connections = await client.query<CoverageRows['connections'][number]>(
    `select c.slug, c.environment_id::text as "environmentId", n.name as environment, c.audit_mode as "auditMode",
            (select count(*)::int from rule r where r.connection_id = c.id or r.connection_id is null) as rules,
            (select max(e.at) from audit_event e where e.connection_slug = c.slug and e.kind <> 'statement.finished')
              as "lastEventAt"
       from db_connection c join environment n on n.id = c.environment_id order by n.name, c.slug`,
  );
  const agents = await client.query<CoverageRows['agents'][number]>(
    `select a.name, a.environment_id::text as "environmentId", n.name as environment, a.agent_version as "agentVersion",
            a.policy_version as "policyVersion", n.policy_version as "newestVersion", a.spool_depth as "spoolDepth",
            a.audit_seq::float8 as "auditSeq", a.connections, a.last_seen_at as "lastSeenAt",
            (select max(e.at) from audit_event e where e.agent_id = a.id) as "lastEventAt"
       from agent a join environment n on n.id = a.environment_id
      where a.revoked_at is null order by n.name, a.name`,
  );
  const refusals = await client.query<{ at: Date; kind: string; agent: string; event: AuditEvent }>(
    `select e.at, e.kind, e.actor_label as agent, e.event from audit_event e
      where e.kind in ('audit.refused', 'agent.request_refused', 'policy.refused') and e.kind <> 'statement.finished'
        and e.at >= $1 order by e.at desc, e.id desc limit 500`,
    [refusedSince],
  );
  return {
    connections: connections.rows,
    agents: agents.rows,
    refusals: refusals.rows.map(({ event, ...row }) => ({ ...row, reason: event.reason ?? '' })),
  };
}
