'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { FormError } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { ROLE_LABEL } from '../session/use-viewer';
import { useOrg } from '../shell/org-context';
import { revokeInviteDocument } from './people.queries';
import { invitesKey, useInvites } from './use-members';

/** Invites that nobody has used yet. */
export function Invites() {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const invites = useInvites(orgId);
  const revoke = useMutation({
    mutationFn: (id: string) => request(revokeInviteDocument, { orgId, id }),
    onSettled: () => queries.invalidateQueries({ queryKey: invitesKey(orgId) }),
  });
  if (!invites.data || invites.data.length === 0) return null;
  return (
    <section className="mt-4 flex flex-col gap-2">
      <h2 className="text-sm font-semibold">Open invites</h2>
      {revoke.error ? <FormError error={revoke.error} /> : null}
      <DataTable
        label="Open invites"
        rows={invites.data}
        rowId={(invite) => invite.id}
        columns={[
          { key: 'email', header: 'E-mail', cell: (invite) => invite.email },
          { key: 'role', header: 'Role', cell: (invite) => <Tag>{ROLE_LABEL[invite.role]}</Tag> },
          {
            key: 'sent',
            header: 'Created',
            className: 'text-ink-2',
            cell: (invite) => <Ago at={invite.createdAt} />,
          },
          {
            key: 'until',
            header: 'Expires',
            className: 'text-ink-2',
            cell: (invite) => <Ago at={invite.expiresAt} />,
          },
          {
            key: 'actions',
            header: 'Actions',
            quiet: true,
            className: 'w-10',
            cell: (invite) => (
              <Button
                look="ghost"
                className="h-7"
                aria-label={`Revoke the invite of ${invite.email}`}
                busy={revoke.isPending && revoke.variables === invite.id}
                onClick={() => revoke.mutate(invite.id)}
              >
                Revoke
              </Button>
            ),
          },
        ]}
      />
    </section>
  );
}
