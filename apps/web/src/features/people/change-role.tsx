'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { FormDialog } from '../../ui/form-dialog';
import { viewerKey } from '../session/use-viewer';
import { useOrg } from '../shell/org-context';
import { changeMemberRoleDocument } from './people.queries';
import { RoleChoice } from './role-choice';
import { type Member, membersKey } from './use-members';

export function ChangeRole({ member, onClose }: { member: Member; onClose: () => void }) {
  const { orgId, role: mine } = useOrg();
  const queries = useQueryClient();
  const [role, setRole] = useState(member.role);
  const change = useMutation({
    mutationFn: () => request(changeMemberRoleDocument, { orgId, id: member.id, role }),
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: membersKey(orgId) });
      // It may have been one's own role.
      queries.invalidateQueries({ queryKey: viewerKey });
      onClose();
    },
  });
  return (
    <FormDialog
      onClose={onClose}
      title={`Role of ${member.user.name}`}
      submit="Save role"
      disabled={role === member.role}
      busy={change.isPending}
      error={change.error}
      onSubmit={() => change.mutate()}
    >
      <RoleChoice value={role} onChange={setRole} mayGrantOwner={mine === 'OWNER'} />
    </FormDialog>
  );
}
