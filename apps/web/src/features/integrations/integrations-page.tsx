'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { type Column, DataTable } from '../../ui/data-table';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { Ago } from '../../ui/time';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { IntegrationHealth } from './health';
import { IntegrationDialog } from './integration-dialog';
import { hostOf, IntegrationPanel } from './integration-panel';
import { deleteIntegrationDocument } from './integrations.queries';
import { type Integration, KINDS, useIntegrations, useRefresh } from './use-integrations';

const columns: Column<Integration>[] = [
  { key: 'name', header: 'Integration', cell: (each) => <span className="font-medium">{each.name}</span> },
  { key: 'kind', header: 'Kind', className: 'text-ink-2', cell: (each) => KINDS[each.kind] ?? each.kind },
  {
    key: 'host',
    header: 'To',
    className: 'hidden md:table-cell',
    cell: (each) => <span className="font-mono text-xs">{hostOf(each.url)}</span>,
  },
  { key: 'state', header: 'State', cell: (each) => <IntegrationHealth integration={each} /> },
  {
    key: 'last',
    header: 'Last delivered',
    className: 'text-ink-2 hidden sm:table-cell',
    cell: (each) => <Ago at={each.lastDeliveredAt} />,
  },
];

export function IntegrationsPage() {
  const { canManage } = useOrg();
  const integrations = useIntegrations();
  const [params, change] = useUrlState();
  const [editing, setEditing] = useState<Integration | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Integration | null>(null);
  const opened = integrations.data?.find(({ id }) => id === params.get('integration'));
  const close = () => change({ integration: null });
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => setEditing('new')}>
      <Icon name="plus" className="size-3.5" /> New integration
    </Button>
  ) : null;
  return (
    <Page
      title="Integrations"
      lead="Send what happens to where your team looks: webhooks for single events, your SIEM for the whole audit trail."
      actions={integrations.data?.length ? create : null}
    >
      {canManage ? null : (
        <Well>
          <EmptyState icon="external" title="Owners and admins manage integrations">
            Ask one of them when events should go somewhere else.
          </EmptyState>
        </Well>
      )}
      {!canManage ? null : integrations.error && !integrations.data ? (
        <Well>
          <ErrorState error={integrations.error} onRetry={() => integrations.refetch()} />
        </Well>
      ) : integrations.data?.length === 0 ? (
        <Well>
          <EmptyState icon="external" title="Nothing leaves Postern yet" action={create}>
            A webhook tells another system as soon as a rule changes or somebody is refused. A SIEM
            destination gets every event of the audit trail, in order, and catches up after it was away.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Integrations"
          columns={columns}
          rows={integrations.data}
          rowId={(each) => each.id}
          onOpen={(each) => change({ integration: each.id })}
          selectedId={opened?.id}
        />
      )}
      {opened && !editing && !deleting ? (
        <IntegrationPanel
          key={opened.id}
          integration={opened}
          onClose={close}
          onEdit={() => setEditing(opened)}
          onDelete={() => setDeleting(opened)}
        />
      ) : null}
      {editing ? (
        <IntegrationDialog existing={editing === 'new' ? null : editing} onClose={() => setEditing(null)} />
      ) : null}
      {deleting ? (
        <DeleteIntegration
          integration={deleting}
          onClose={(isDeleted) => {
            setDeleting(null);
            if (isDeleted) close();
          }}
        />
      ) : null}
    </Page>
  );
}

function DeleteIntegration({
  integration,
  onClose,
}: {
  integration: Integration;
  onClose: (isDeleted: boolean) => void;
}) {
  const { orgId } = useOrg();
  const refresh = useRefresh();
  const remove = useMutation({
    mutationFn: () => request(deleteIntegrationDocument, { orgId, id: integration.id }),
    onSuccess: () => {
      refresh();
      onClose(true);
    },
  });
  return (
    <Confirm
      open
      onClose={() => onClose(false)}
      title={`Delete ${integration.name}?`}
      confirm="Delete integration"
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>
        Nothing is sent to {hostOf(integration.url)} any more, and its log of deliveries goes. The audit trail
        stays.
      </p>
    </Confirm>
  );
}
