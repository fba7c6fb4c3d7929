'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { Panel } from '../../ui/dialog';
import { listed } from '../../ui/format';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { ConnectInstructions } from './connect-instructions';
import { CreatePasswordDialog } from './create-password-dialog';
import { Expiry } from './expiry';
import { IssuedPasswords } from './issued-passwords';
import { type Revocable, RevokePassword } from './revoke-password';
import { type Access, useDatabaseAccess } from './use-database-access';

interface Actions {
  onCreate: (access: Access) => void;
  onRevoke: (password: Revocable) => void;
}

const columns = ({ onCreate, onRevoke }: Actions): Column<Access>[] => [
  {
    key: 'environment',
    header: 'Environment',

    cell: (each) => <span className="font-medium">{each.name}</span>,
  },
  {
    key: 'connections',
    header: 'Databases',
    className: 'hidden sm:table-cell',
    cell: (each) =>
      each.connections.length === 0 ? (
        <span className="text-ink-3">none any more</span>
      ) : (
        <span className="font-mono text-xs">{listed(each.connections.map(({ slug }) => slug))}</span>
      ),
  },
  {
    key: 'address',
    header: 'Address',
    className: 'hidden md:table-cell',
    cell: (each) => <Address access={each} />,
  },
  {
    key: 'password',
    header: 'Your password',
    cell: (each) =>
      each.password ? <Expiry at={each.password.expiresAt} /> : <span className="text-ink-3">none</span>,
  },
  {
    key: 'actions',
    header: 'Actions',
    quiet: true,
    className: 'w-10',
    cell: (each) => (
      <span className="flex flex-col items-end gap-1 sm:flex-row sm:justify-end">
        {each.password ? (
          <Button
            look="quiet-danger"
            className="h-7"
            aria-label={`Revoke the password for ${each.name}`}
            onClick={() =>
              each.password &&
              onRevoke({ id: each.password.id, environment: { id: each.environmentId, name: each.name } })
            }
          >
            Revoke
          </Button>
        ) : null}
        {each.connections.length > 0 ? (
          <Button
            className="h-7"
            data-create
            aria-label={`${each.password ? 'Replace' : 'Make'} the password for ${each.name}`}
            onClick={() => onCreate(each)}
          >
            {each.password ? 'Replace' : 'Make password'}
          </Button>
        ) : null}
      </span>
    ),
  },
];

function Address({ access }: { access: Access }) {
  const [first, ...others] = access.addresses;
  if (!first) return <span className="text-ink-3">not offered by its agents</span>;
  return (
    <span
      className="text-ink-2 font-mono text-xs"
      title={others.map(({ host, port }) => `${host}:${port}`).join('\n')}
    >
      {first.host}:{first.port}
      {others.length > 0 ? ` +${others.length}` : ''}
      {first.isOnline ? '' : ' (offline)'}
    </span>
  );
}

export function DatabaseAccessPage() {
  const { orgId, canSeeAll, name } = useOrg();
  const [params, change] = useUrlState();
  const { rows, error, refetch } = useDatabaseAccess(orgId);
  const [creating, setCreating] = useState<Access | null>(null);
  const [revoking, setRevoking] = useState<Revocable | null>(null);
  const opened = rows?.find((each) => each.environmentId === params.get('environment'));
  return (
    <Page
      title="Database access"
      lead="Work from psql, DBeaver or any PostgreSQL client: sign in at the agent with your e-mail address and a database password. Rules decide every statement, as in the SQL console, and it is audited the same way."
    >
      {error && !rows ? (
        <Well>
          <ErrorState error={error} onRetry={refetch} />
        </Well>
      ) : rows?.length === 0 ? (
        <Well>
          <EmptyState icon="key" title="No rule gives you a connection yet">
            Ask an owner or admin of {name} for access: say which database, and what you need to do there.
            Then make your password here.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Your database passwords"
          columns={columns({ onCreate: setCreating, onRevoke: setRevoking })}
          rows={rows}
          rowId={(each) => each.environmentId}
          onOpen={(each) => change({ environment: each.environmentId })}
          openLabel={(each) => `How to connect to ${each.name}`}
          selectedId={opened?.environmentId}
        />
      )}
      {canSeeAll ? <IssuedPasswords onRevoke={setRevoking} /> : null}
      {opened ? (
        <Panel
          open
          onClose={() => change({ environment: null })}
          title={`Connect to ${opened.name}`}
          description="Sign in with your e-mail address and the database password that you made for this environment."
        >
          <ConnectInstructions access={opened} />
        </Panel>
      ) : null}
      {creating ? <CreatePasswordDialog access={creating} onClose={() => setCreating(null)} /> : null}
      {revoking ? <RevokePassword password={revoking} onClose={() => setRevoking(null)} /> : null}
    </Page>
  );
}
