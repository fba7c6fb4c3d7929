import { Injectable } from '@nestjs/common';
import type { WireAddress } from '@postern/protocol/heartbeat';
import type { AgentFeature } from '@postern/protocol/version';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { agentsOfEnvironments, policyVersions } from './agent.store.js';
import { type ConnectionHealth, healthOf, isOnline, wireOf } from './agent-status.js';

/** How far an environment's agents are with its newest policy. */
export interface EnvironmentStatus {
  agentCount: number;
  enforcedCount: number;
  /** When the last of them began to enforce it; null while one is behind. */
  enforcedAt: Date | null;
  /** By connection slug. */
  health: ReadonlyMap<string, Health>;
  /** Of the agents that speak to PostgreSQL clients: those heard of first, then by name. */
  wireAddresses: WireOfAgent[];
}

export interface WireOfAgent extends WireAddress {
  agentName: string;
  isOnline: boolean;
}

export interface Health {
  status: ConnectionHealth['status'];
  detail: string | null;
}

export const NO_AGENTS: EnvironmentStatus = {
  agentCount: 0,
  enforcedCount: 0,
  enforcedAt: null,
  health: new Map(),
  wireAddresses: [],
};

type Agent = Awaited<ReturnType<typeof agentsOfEnvironments>>[number];

/** What environments' agents report. Revoked agents no longer count. */
@Injectable()
export class EnvironmentStatusQueries {
  constructor(private readonly db: TenantDb) {}

  byEnvironment(orgId: string, ids: readonly string[]): Promise<Map<string, EnvironmentStatus>> {
    return this.db.withOrg(orgId, async (tx) => {
      const versions = await policyVersions(tx, ids);
      const agents = await agentsOfEnvironments(tx, ids);
      return new Map(
        versions.map(({ id, policyVersion }) => {
          const own = agents.filter((agent) => agent.environmentId === id);
          const reported = { health: healthByConnection(own), wireAddresses: wireAddressesOf(own) };
          return [id, { ...enforcement(own, policyVersion), ...reported }];
        }),
      );
    });
  }

  newestVersions(orgId: string, ids: readonly string[]): Promise<Map<string, number>> {
    return this.db.withOrg(orgId, async (tx) => {
      const versions = await policyVersions(tx, ids);
      return new Map(versions.map(({ id, policyVersion }) => [id, policyVersion]));
    });
  }
}

function enforcement(agents: readonly Agent[], newest: number) {
  const current = newest === 0 ? [] : agents.filter((agent) => agent.policyVersion === newest);
  const instants = current.flatMap(({ policyEnforcedAt }) => (policyEnforcedAt ? [policyEnforcedAt] : []));
  const all = current.length > 0 && current.length === agents.length && instants.length === agents.length;
  return {
    agentCount: agents.length,
    enforcedCount: current.length,
    enforcedAt: all ? new Date(Math.max(...instants.map((at) => at.getTime()))) : null,
  };
}

function wireAddressesOf(agents: readonly Agent[]): WireOfAgent[] {
  const known = agents.flatMap(({ name, lastSeenAt, wire }) => {
    const address = wireOf(wire);
    return address ? [{ ...address, agentName: name, isOnline: isOnline(lastSeenAt) }] : [];
  });
  return known.sort(
    (a, b) => Number(b.isOnline) - Number(a.isOnline) || a.agentName.localeCompare(b.agentName),
  );
}

const SEVERITY = { ok: 0, unknown: 1, down: 2 } as const;

/** The worst that agents who are heard of say; an agent that is away says nothing, and only counts when nobody else does. */
function healthByConnection(agents: readonly Agent[]): Map<string, Health> {
  const worst = new Map<string, Health>();
  for (const agent of agents.filter(({ lastSeenAt }) => isOnline(lastSeenAt)))
    for (const { slug, status, detail } of healthOf(agent.connections)) {
      const known = worst.get(slug);
      if (!known || SEVERITY[status] > SEVERITY[known.status])
        worst.set(slug, { status, detail: detail ?? null });
    }
  for (const agent of agents)
    for (const { slug } of healthOf(agent.connections))
      if (!worst.has(slug)) worst.set(slug, { status: 'unknown', detail: `agent ${agent.name} is offline` });
  return worst;
}

/** Names of an environment's agents that do not know something yet. */
export async function agentsWithout(tx: Tx, environmentId: string, feature: AgentFeature): Promise<string[]> {
  const agents = await agentsOfEnvironments(tx, [environmentId]);
  return agents.filter(({ features }) => !features.includes(feature)).map(({ name }) => name);
}
