'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { FormError } from '../../ui/states';
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
    <Dialog
      open
      onClose={onClose}
      title={`Role of ${member.user.name}`}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            busy={change.isPending}
            disabled={role === member.role}
            onClick={() => change.mutate()}
          >
            Save role
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3">
        <RoleChoice value={role} onChange={setRole} mayGrantOwner={mine === 'OWNER'} />
        {change.error ? <FormError error={change.error} /> : null}
      </div>
    </Dialog>
  );
}
