'use client';
import { useQuery } from '@tanstack/react-query';
import type { GroupsQuery } from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import { groupsDocument } from './groups.queries';

export type Group = GroupsQuery['groups']['edges'][number]['node'];

export const groupsKey = (orgId: string) => ['groups', orgId] as const;

export function useGroups(orgId: string) {
  return useQuery({
    queryKey: groupsKey(orgId),
    queryFn: () =>
      collect<Group>(
        async (after) => (await request(groupsDocument, { orgId, first: PAGE_SIZE, after })).groups,
      ),
  });
}
