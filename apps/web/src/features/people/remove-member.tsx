'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { Confirm } from '../../ui/confirm';
import { groupsKey } from '../groups/use-groups';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { removeMemberDocument } from './people.queries';
import { type Member, membersKey } from './use-members';

export function RemoveMember({ member, onClose }: { member: Member; onClose: () => void }) {
  const { orgId, name } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  const remove = useMutation({
    mutationFn: async () => {
      const before = await versions();
      await request(removeMemberDocument, { orgId, id: member.id });
      return before;
    },
    onSuccess: (before) => {
      queries.invalidateQueries({ queryKey: membersKey(orgId) });
      queries.invalidateQueries({ queryKey: groupsKey(orgId) });
      announce(`${member.user.name} removed`, before);
      onClose();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Remove ${member.user.name}?`}
      confirm="Remove"
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>
        {member.user.email} loses every access to {name}, its sessions in SQL consoles included, and leaves
        its groups. What they did stays in the audit trail.
      </p>
    </Confirm>
  );
}
