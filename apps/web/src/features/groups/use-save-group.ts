'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { membersKey } from '../people/use-members';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { createGroupDocument, setGroupMembersDocument, updateGroupDocument } from './groups.queries';
import { type Group, groupsKey } from './use-groups';

export function useSaveGroup(group: Group | null) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  return useMutation({
    mutationFn: async (draft: { name: string; slug: string; userIds: string[] }) => {
      const before = await versions();
      const id =
        group?.id ??
        (await request(createGroupDocument, { orgId, slug: draft.slug, name: draft.name })).createGroup.id;
      if (group && group.name !== draft.name)
        await request(updateGroupDocument, { orgId, id, name: draft.name });
      const had = group?.members.map((user) => user.id) ?? [];
      const regrouped =
        had.length !== draft.userIds.length || had.some((userId) => !draft.userIds.includes(userId));
      if (regrouped) await request(setGroupMembersDocument, { orgId, id, userIds: draft.userIds });
      // Only a group that a rule names changes what agents enforce.
      return regrouped && group && group.ruleCount > 0 ? before : new Map<string, number>();
    },
    onSettled: () => {
      queries.invalidateQueries({ queryKey: groupsKey(orgId) });
      queries.invalidateQueries({ queryKey: membersKey(orgId) });
    },
    onSuccess: (before) => announce('Group saved', before),
  });
}
