'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { OrgRole } from '../../gql/graphql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { CodeBlock, CopyButton } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { absolute } from '../../ui/format';
import { Note } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { inviteMemberDocument } from './people.queries';
import { RoleChoice } from './role-choice';
import { invitesKey } from './use-members';

export function InviteDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  return open ? <Invite onClose={onClose} /> : null;
}

function Invite({ onClose }: { onClose: () => void }) {
  const { orgId, role: mine } = useOrg();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<OrgRole>('MEMBER');
  const invite = useMutation({
    mutationFn: async () =>
      (await request(inviteMemberDocument, { orgId, email: email.trim(), role })).inviteMember,
    onSuccess: () => queries.invalidateQueries({ queryKey: invitesKey(orgId) }),
  });
  const error = invite.error ? asApiError(invite.error) : null;
  if (invite.data) {
    return (
      <InviteLink
        email={invite.data.invite.email}
        token={invite.data.token}
        until={invite.data.invite.expiresAt}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      onClose={onClose}
      title="Invite somebody"
      submit="Create invite"
      busy={invite.isPending}
      error={invite.error}
      fields={['email']}
      onSubmit={() => invite.mutate()}
    >
      <TextField
        label="E-mail"
        type="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={fieldError(error, 'email')}
      />
      <RoleChoice value={role} onChange={setRole} mayGrantOwner={mine === 'OWNER'} />
    </FormDialog>
  );
}

function InviteLink({
  email,
  token,
  until,
  onClose,
}: {
  email: string;
  token: string;
  until: string;
  onClose: () => void;
}) {
  const link = `${window.location.origin}/invite/${encodeURIComponent(token)}`;
  return (
    <Dialog
      open
      sticky
      onClose={onClose}
      title={`Invite for ${email}`}
      footer={
        <>
          <CopyButton text={link} label="Copy link" />
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-3 text-sm">
        <p className="text-ink-2">
          Send this link to them by a way you trust. It works once, until {absolute(until).slice(0, 16)}.
        </p>
        <CodeBlock label="Invite link" code={link} />
        <Note tone="warn">It is shown only now. Whoever holds it can join as {email}.</Note>
      </div>
    </Dialog>
  );
}
