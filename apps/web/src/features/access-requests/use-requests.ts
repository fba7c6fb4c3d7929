'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { AccessRequestOutcome, AccessRequestsQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import { accessRequestsDocument, closeAccessRequestDocument } from './requests.queries';

export type AccessRequest = AccessRequestsQuery['accessRequests'][number];

const AGAIN_MS = 60_000;
const requestsKey = (orgId: string) => ['access-requests', orgId] as const;

/** Requests that nobody has answered. */
export function useAccessRequests() {
  const { orgId, canSeeAll } = useOrg();
  return useQuery({
    queryKey: requestsKey(orgId),
    queryFn: async () => (await request(accessRequestsDocument, { orgId })).accessRequests,
    refetchInterval: AGAIN_MS,
    enabled: canSeeAll,
  });
}

/** Says how a request was answered; it changes no rule. */
export function useCloseRequest(onClosed: () => void = () => undefined) {
  const { orgId } = useOrg();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (of: { id: string; outcome: AccessRequestOutcome }) =>
      request(closeAccessRequestDocument, { orgId, ...of }),
    onSuccess: onClosed,
    onSettled: () => client.invalidateQueries({ queryKey: requestsKey(orgId) }),
  });
}
