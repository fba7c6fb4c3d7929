'use client';
import { useQuery } from '@tanstack/react-query';
import type { EnvironmentsQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { environmentsDocument } from './environments.queries';
import { isEnforced } from './publication';

export type EnvironmentState = EnvironmentsQuery['environments'][number];

export const environmentsKey = (orgId: string) => ['environments', orgId] as const;

const WATCHING_MS = 400;
const BEHIND_MS = 2_000;
const CALM_MS = 15_000;

/** The environments with the policy version that their agents enforce, asked often while one is behind. */
export function useEnvironments(orgId: string, watching = false) {
  return useQuery({
    queryKey: environmentsKey(orgId),
    queryFn: async () => (await request(environmentsDocument, { orgId })).environments,
    refetchInterval: (query) => {
      if (watching) return WATCHING_MS;
      return query.state.data?.every(isEnforced) ? CALM_MS : BEHIND_MS;
    },
  });
}
