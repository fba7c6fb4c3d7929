'use client';
import { Button } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { PermissionBadges } from '../../ui/permission-badge';
import { EmptyState, ErrorState } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { useUrlState } from '../../ui/use-url-state';
import { connectionToml } from '../agents/agent-config';
import { useOrg } from '../shell/org-context';
import { ConnectionPanel } from './connection-panel';
import { ConnectionHealth } from './health';
import { type Connection, useConnections } from './use-connections';

const NEW = 'new';

const COLUMNS: Column<Connection>[] = [
  {
    key: 'name',
    header: 'Connection',
    className: 'min-w-44',
    cell: (each) => (
      <span className="flex flex-col leading-tight">
        <span className="font-medium">{each.name}</span>
        <span className="text-ink-3 font-mono text-xs">{each.slug}</span>
      </span>
    ),
  },
  { key: 'environment', header: 'Environment', cell: (each) => <Tag>{each.environment.name}</Tag> },
  {
    key: 'health',
    header: 'Health',
    cell: (each) => <ConnectionHealth health={each.health} detail={each.healthDetail} />,
  },
  {
    key: 'yours',
    header: 'Your permissions',
    className: 'min-w-44',
    cell: (each) => <PermissionBadges permissions={each.viewerPermissions} />,
  },
  {
    key: 'rules',
    header: 'Rules',
    className: 'hidden md:table-cell text-ink-2 tabular-nums',
    cell: (each) => each.ruleCount,
  },
  {
    key: 'description',
    header: 'Description',
    className: 'hidden lg:table-cell max-w-72',
    cell: (each) => <span className="text-ink-2 block truncate">{each.description}</span>,
  },
];

export function ConnectionsPage() {
  const { orgId, canManage, canSeeAll } = useOrg();
  const [params, change] = useUrlState();
  const connections = useConnections(orgId);
  const open = params.get('connection');
  const selected = connections.data?.find((each) => each.slug === open);
  const create = canManage ? (
    <Button look="primary" data-create onClick={() => change({ connection: NEW })}>
      <Icon name="plus" className="size-3.5" /> New connection
    </Button>
  ) : null;
  return (
    <Page
      title="Connections"
      lead={
        canSeeAll
          ? 'Databases that people reach through an agent. Their passwords stay with the agent; Postern never has them.'
          : 'The databases that rules give you something on. Open the SQL console of your agent to work with them.'
      }
      actions={create}
    >
      {connections.error && !connections.data ? (
        <Well>
          <ErrorState error={connections.error} onRetry={() => connections.refetch()} />
        </Well>
      ) : connections.data?.length === 0 ? (
        <Well>
          <NoConnections create={create} />
        </Well>
      ) : (
        <DataTable
          label="Connections"
          columns={COLUMNS}
          rows={connections.data}
          rowId={(each) => each.id}
          onOpen={(each) => change({ connection: each.slug })}
          selectedId={selected?.id}
          footer={connections.data ? count(connections.data.length, 'connection') : undefined}
        />
      )}
      {open === NEW && canManage ? (
        <ConnectionPanel
          connection={null}
          onClose={() => change({ connection: null })}
          onCreated={(slug) => change({ connection: slug })}
        />
      ) : selected ? (
        <ConnectionPanel
          key={selected.id}
          connection={selected}
          onClose={() => change({ connection: null })}
        />
      ) : null}
    </Page>
  );
}

function NoConnections({ create }: { create: React.ReactNode }) {
  const { canSeeAll, name } = useOrg();
  if (!canSeeAll) {
    return (
      <EmptyState icon="connections" title="No rule gives you a connection yet">
        Ask an owner or admin of {name} for access: say which database, and what you need to do there. It
        appears here as soon as a rule covers you.
      </EmptyState>
    );
  }
  return (
    <EmptyState icon="connections" title="No connections yet" action={create}>
      <p>
        A connection is a name for a database. The address and password are written into the agent’s own
        configuration, beside the database; here you only say that it exists and who may do what on it.
      </p>
      <p className="mt-4 mb-1.5">The agent’s part, for a connection called production:</p>
      <div className="text-left">
        <CodeBlock label="Agent configuration" code={connectionToml('production')} />
      </div>
    </EmptyState>
  );
}
