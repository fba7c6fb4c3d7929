import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { api, ConsoleFailure } from './client';

/** How often the page asks who may do what now: a change of policy shows without a reload. */
const REFRESH_MS = 10_000;

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && error instanceof ConsoleFailure && error.status === 0,
      retryDelay: 1_000,
    },
  },
});

export function useMe() {
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api.me(signal),
    refetchInterval: REFRESH_MS,
  });
}

export function useConnections(policyVersion: number) {
  return useQuery({
    queryKey: ['connections', policyVersion],
    queryFn: ({ signal }) => api.connections(signal),
    refetchInterval: REFRESH_MS,
    placeholderData: (previous) => previous,
  });
}

/** Longer texts are checked when they are run, not while they are typed. */
const CHECK_MAX_CHARS = 100_000;

export interface CheckInput {
  readonly connection: string | null;
  readonly tab: string;
  readonly sql: string;
  readonly policyVersion: number;
}

/** What a text would need; keyed by everything that the answer depends on. */
export function checkQuery(input: CheckInput) {
  const { connection, tab, sql, policyVersion } = input;
  const isWorthAsking = sql.trim() !== '' && sql.length <= CHECK_MAX_CHARS;
  return queryOptions({
    queryKey: ['check', policyVersion, connection, sql],
    queryFn: ({ signal }) => api.check({ connection: connection ?? '', tab, sql }, signal),
    enabled: connection !== null && isWorthAsking,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
    refetchOnWindowFocus: false,
  });
}
