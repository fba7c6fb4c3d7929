'use client';
import { useMemo } from 'react';
import type { Names } from '../../policy/members';
import { useGroups } from '../groups/use-groups';
import { useMembers } from '../people/use-members';

/** Names of groups and people, so that rules read as sentences. */
export function useNames(orgId: string): Names {
  const groups = useGroups(orgId).data;
  const members = useMembers(orgId).data;
  return useMemo(
    () => ({
      groups: new Map(groups?.map((group) => [group.slug, group.name])),
      people: new Map(members?.map(({ user }) => [user.email.toLowerCase(), user.name])),
    }),
    [groups, members],
  );
}
