'use client';
import { Button } from '../../ui/button';
import { DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Well } from '../../ui/page';
import { ErrorState } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { Expiry } from './expiry';
import type { Revocable } from './revoke-password';
import { useIssuedPasswords } from './use-database-access';

/** Everybody's database passwords, for those who see all; admins revoke them. */
export function IssuedPasswords({ onRevoke }: { onRevoke: (password: Revocable) => void }) {
  const { orgId, canManage } = useOrg();
  const issued = useIssuedPasswords(orgId, true);
  if (issued.data?.length === 0) return null;
  return (
    <section className="mt-4 flex flex-col gap-2">
      <h2 className="text-sm font-semibold">Everybody’s database passwords</h2>
      {issued.error && !issued.data ? (
        <Well>
          <ErrorState error={issued.error} onRetry={() => issued.refetch()} />
        </Well>
      ) : (
        <DataTable
          label="Everybody’s database passwords"
          rows={issued.data}
          rowId={(each) => each.id}
          footer={issued.data ? count(issued.data.length, 'password') : undefined}
          columns={[
            {
              key: 'person',
              header: 'Person',
              className: 'min-w-36',
              cell: (each) => (
                <span className="flex flex-col leading-tight">
                  <span className="font-medium">{each.user.name}</span>
                  <span className="text-ink-3 text-xs">{each.user.email}</span>
                </span>
              ),
            },
            { key: 'environment', header: 'Environment', cell: (each) => <Tag>{each.environment.name}</Tag> },
            {
              key: 'made',
              header: 'Made',
              className: 'hidden text-ink-2 md:table-cell',
              cell: (each) => <Ago at={each.createdAt} />,
            },
            { key: 'expires', header: 'Expires', cell: (each) => <Expiry at={each.expiresAt} /> },
            {
              key: 'actions',
              header: 'Actions',
              quiet: true,
              className: 'w-10',
              cell: (each) =>
                canManage ? (
                  <Button
                    look="quiet-danger"
                    className="h-7"
                    aria-label={`Revoke the password of ${each.user.email} for ${each.environment.name}`}
                    onClick={() =>
                      onRevoke({ id: each.id, environment: each.environment, holder: each.user.name })
                    }
                  >
                    Revoke
                  </Button>
                ) : null,
            },
          ]}
        />
      )}
    </section>
  );
}
