import { QueryClient, queryOptions, useQuery } from '@tanstack/react-query';
import { foresee } from '../check/foreseen';
import { parser } from '../check/parser';
import type { Connection } from '../connections/connection-switcher';
import { numbered } from '../parameters/placeholders';
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
  readonly connection: Connection | undefined;
  readonly orgName: string;
  readonly tab: string;
  readonly sql: string;
  readonly policyVersion: number;
}

const isWorthChecking = ({ connection, sql }: CheckInput): boolean =>
  connection !== undefined && sql.trim() !== '' && sql.length <= CHECK_MAX_CHARS;

const CHECK_OPTIONS = {
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
  retry: false,
  refetchOnWindowFocus: false,
} as const;

/** What a text would need by the agent, which knows database and session; keyed by everything that the answer depends on. */
export function checkQuery(input: CheckInput) {
  const { connection, tab, sql, policyVersion } = input;
  return queryOptions({
    ...CHECK_OPTIONS,
    queryKey: ['check', policyVersion, connection?.slug, sql],
    queryFn: ({ signal }) =>
      api.check({ connection: connection?.slug ?? '', tab, sql: numbered(sql).sql }, signal),
    enabled: isWorthChecking(input),
  });
}

/** What this browser can say of a text by itself, at once and while the agent is away; null: nothing. */
export function foreseenQuery(input: CheckInput) {
  const { connection, orgName, sql } = input;
  return queryOptions({
    ...CHECK_OPTIONS,
    queryKey: ['foreseen', connection?.slug, connection?.permissions, sql],
    queryFn: async () => {
      const classified = await parser.classify(numbered(sql).sql);
      return connection && classified ? foresee(classified, connection, orgName) : null;
    },
    enabled: isWorthChecking(input),
    networkMode: 'always',
  });
}
