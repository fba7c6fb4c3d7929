'use client';
import { useQuery } from '@tanstack/react-query';
import type { AgentsQuery } from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import type { Health } from '../../ui/status-dot';
import { agentsDocument } from './agents.queries';

export type Agent = AgentsQuery['agents']['edges'][number]['node'];

export const agentsKey = (orgId: string) => ['agents', orgId] as const;

export function useAgents(orgId: string) {
  return useQuery({
    queryKey: agentsKey(orgId),
    queryFn: () =>
      collect<Agent>(
        async (after) => (await request(agentsDocument, { orgId, first: PAGE_SIZE, after })).agents,
      ),
    refetchInterval: 5_000,
  });
}

/** One word and colour for an agent: revoked and offline outrank everything, then policy, then its databases. */
export function agentState(agent: Agent): { health: Health; label: string } {
  if (agent.status === 'REVOKED') return { health: 'off', label: 'Revoked' };
  if (agent.status === 'OFFLINE') return { health: 'bad', label: 'Offline' };
  if (!agent.isCurrent) return { health: 'warn', label: 'Behind' };
  if (agent.connections.some((each) => each.status === 'down')) return { health: 'warn', label: 'Online' };
  return { health: 'good', label: 'Online' };
}
