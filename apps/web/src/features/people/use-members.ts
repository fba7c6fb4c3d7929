'use client';
import { useQuery } from '@tanstack/react-query';
import type { MembersQuery } from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import { invitesDocument, membersDocument } from './people.queries';

export type Member = MembersQuery['members']['edges'][number]['node'];

export const membersKey = (orgId: string) => ['members', orgId] as const;
export const invitesKey = (orgId: string) => ['invites', orgId] as const;

export function useMembers(orgId: string) {
  return useQuery({
    queryKey: membersKey(orgId),
    queryFn: () =>
      collect<Member>(
        async (after) => (await request(membersDocument, { orgId, first: PAGE_SIZE, after })).members,
      ),
  });
}

export function useInvites(orgId: string) {
  return useQuery({
    queryKey: invitesKey(orgId),
    queryFn: async () => (await request(invitesDocument, { orgId })).invites,
  });
}
