'use client';
import { useQuery } from '@tanstack/react-query';
import type { ConnectionsQuery } from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import { connectionsDocument } from './connections.queries';

export type Connection = ConnectionsQuery['connections']['edges'][number]['node'];

export const connectionsKey = (orgId: string) => ['connections', orgId] as const;

export function useConnections(orgId: string) {
  return useQuery({
    queryKey: connectionsKey(orgId),
    queryFn: () =>
      collect<Connection>(
        async (after) => (await request(connectionsDocument, { orgId, first: PAGE_SIZE, after })).connections,
      ),
    // Health is a fact of the moment.
    refetchInterval: 15_000,
  });
}
