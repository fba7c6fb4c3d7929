'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button, IconButton } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { type Column, DataTable } from '../../ui/data-table';
import { Icon } from '../../ui/icons';
import { Menu, MenuItem, MenuSeparator } from '../../ui/menu';
import { Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { useNow } from '../../ui/time';
import { publicationText } from '../publication/publication';
import { type EnvironmentState, environmentsKey, useEnvironments } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { EnvironmentDialog } from './environment-dialog';
import { deleteEnvironmentDocument } from './settings.queries';

type Action = { kind: 'create' } | { kind: 'rename' | 'delete'; environment: EnvironmentState };

export function Environments() {
  const { orgId, canManage } = useOrg();
  const environments = useEnvironments(orgId);
  const now = useNow();
  const [action, setAction] = useState<Action | null>(null);
  const close = () => setAction(null);
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => setAction({ kind: 'create' })}>
      <Icon name="plus" className="size-3.5" /> New environment
    </Button>
  ) : null;
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="font-semibold">Environments</h2>
          <p className="text-ink-2 text-sm">
            Production, staging and the like. Each has its own agents, connections and published policy.
          </p>
        </div>
        {environments.data?.length === 0 ? null : create}
      </div>
      {environments.error && !environments.data ? (
        <Well>
          <ErrorState error={environments.error} onRetry={() => environments.refetch()} />
        </Well>
      ) : environments.data?.length === 0 ? (
        <Well>
          <EmptyState icon="settings" title="No environment yet" action={create}>
            Connections and agents belong to one. Most begin with <em>production</em>.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Environments"
          columns={columns(now, canManage, setAction)}
          rows={environments.data}
          rowId={(each) => each.id}
        />
      )}
      {action?.kind === 'create' ? <EnvironmentDialog environment={null} onClose={close} /> : null}
      {action?.kind === 'rename' ? (
        <EnvironmentDialog environment={action.environment} onClose={close} />
      ) : null}
      {action?.kind === 'delete' ? (
        <DeleteEnvironment environment={action.environment} onClose={close} />
      ) : null}
    </section>
  );
}

function columns(
  now: number,
  canManage: boolean,
  onAction: (action: Action) => void,
): Column<EnvironmentState>[] {
  const base: Column<EnvironmentState>[] = [
    {
      key: 'name',
      header: 'Environment',
      cell: (each) => (
        <span className="flex flex-col leading-tight">
          <span className="font-medium">{each.name}</span>
          <span className="text-ink-3 font-mono text-xs">{each.slug}</span>
        </span>
      ),
    },
    {
      key: 'connections',
      header: 'Connections',
      className: 'tabular-nums',
      cell: (each) => each.connectionCount,
    },
    { key: 'agents', header: 'Agents', className: 'tabular-nums', cell: (each) => each.agentCount },
    {
      key: 'policy',
      header: 'Policy',
      className: 'text-ink-2',
      cell: (each) => (each.policyVersion > 0 ? `v${each.policyVersion}, ` : '') + publicationText(each, now),
    },
  ];
  if (!canManage) return base;
  return [
    ...base,
    {
      key: 'actions',
      header: 'Actions',
      quiet: true,
      className: 'w-10',
      cell: (environment) => (
        <Menu
          trigger={
            <IconButton label={`Actions for ${environment.name}`}>
              <Icon name="dots" />
            </IconButton>
          }
        >
          <MenuItem onSelect={() => onAction({ kind: 'rename', environment })}>Rename</MenuItem>
          <MenuSeparator />
          <MenuItem danger onSelect={() => onAction({ kind: 'delete', environment })}>
            Delete
          </MenuItem>
        </Menu>
      ),
    },
  ];
}

function DeleteEnvironment({ environment, onClose }: { environment: EnvironmentState; onClose: () => void }) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => request(deleteEnvironmentDocument, { orgId, id: environment.id }),
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      onClose();
    },
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Delete ${environment.name}?`}
      confirm="Delete environment"
      typed={environment.slug}
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>Only an environment without connections and agents can be deleted. Its audit events stay.</p>
    </Confirm>
  );
}
