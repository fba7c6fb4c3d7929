'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { type Column, DataTable } from '../../ui/data-table';
import { count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState } from '../../ui/states';
import { Status, Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useUrlState } from '../../ui/use-url-state';
import { useOrg } from '../shell/org-context';
import { AgentPanel } from './agent-panel';
import { EnrolDialog } from './enrol-dialog';
import { PolicyVersion } from './policy-version';
import { type Agent, agentState, useAgents } from './use-agents';

const COLUMNS: Column<Agent>[] = [
  {
    key: 'name',
    header: 'Agent',
    className: 'min-w-36',
    cell: (agent) => (
      <span className="flex flex-col leading-tight">
        <span className="font-medium">{agent.name}</span>
        <span className="text-ink-3 text-xs">{agent.agentVersion}</span>
      </span>
    ),
  },
  {
    key: 'status',
    header: 'Status',
    cell: (agent) => {
      const { health, label } = agentState(agent);
      return <Status health={health}>{label}</Status>;
    },
  },
  { key: 'environment', header: 'Environment', cell: (agent) => <Tag>{agent.environment.name}</Tag> },
  {
    key: 'policy',
    header: 'Policy enforced',
    className: 'whitespace-nowrap tabular-nums',
    cell: (agent) => <PolicyVersion agent={agent} />,
  },
  { key: 'databases', header: 'Databases', cell: (agent) => <Databases agent={agent} /> },
  {
    key: 'spool',
    header: 'Audit waiting',
    className: 'hidden lg:table-cell tabular-nums',
    cell: (agent) => (
      <span className={agent.spoolDepth > 0 ? '' : 'text-ink-3'}>
        {agent.spoolDepth === 0 ? 'none' : agent.spoolDepth}
        {agent.spool && agent.spool.state !== 'ok'
          ? agent.spool.state === 'full'
            ? ', no room'
            : ', little room'
          : ''}
      </span>
    ),
  },
  {
    key: 'seen',
    header: 'Last seen',
    className: 'hidden text-ink-2 md:table-cell',
    cell: (agent) => <Ago at={agent.lastSeenAt} />,
  },
  {
    key: 'console',
    header: 'Console',
    quiet: true,
    cell: (agent) =>
      agent.status === 'REVOKED' ? null : (
        <a
          href={agent.consoleUrl}
          target="_blank"
          rel="noreferrer"
          className="text-accent inline-flex items-center gap-1 whitespace-nowrap hover:underline"
        >
          Console <Icon name="external" className="size-3" />
        </a>
      ),
  },
];

function Databases({ agent }: { agent: Agent }) {
  const down = agent.connections.filter((each) => each.status !== 'ok');
  if (agent.connections.length === 0) return <span className="text-ink-3">none</span>;
  if (down.length === 0) return <span>{agent.connections.length} healthy</span>;
  return (
    <span
      className="text-bad"
      title={down.map((each) => `${each.slug}: ${each.detail ?? each.status}`).join('\n')}
    >
      {down.length} of {agent.connections.length} not healthy
    </span>
  );
}

export function AgentsPage({ apiUrl }: { apiUrl: string }) {
  const { orgId, canManage } = useOrg();
  const [params, change] = useUrlState();
  const agents = useAgents(orgId);
  const [enrolling, setEnrolling] = useState(false);
  const selected = agents.data?.find((agent) => agent.id === params.get('agent'));
  const enrol = canManage ? (
    <Button look="primary" data-create onClick={() => setEnrolling(true)}>
      <Icon name="plus" className="size-3.5" /> Enrol an agent
    </Button>
  ) : null;
  return (
    <Page
      title="Agents"
      lead="An agent runs beside your databases, refuses what rules do not allow before it reaches them, and only ever dials out."
      actions={enrol}
    >
      {agents.error && !agents.data ? (
        <Well>
          <ErrorState error={agents.error} onRetry={() => agents.refetch()} />
        </Well>
      ) : agents.data?.length === 0 ? (
        <Well>
          <EmptyState icon="agents" title="No agent yet" action={enrol}>
            Until one is enrolled, rules are kept but nothing enforces them and nobody reaches a database
            through Postern. Enrolling takes a minute: a name, a one-time token, one command.
          </EmptyState>
        </Well>
      ) : (
        <DataTable
          label="Agents"
          columns={COLUMNS}
          rows={agents.data}
          rowId={(agent) => agent.id}
          onOpen={(agent) => change({ agent: agent.id })}
          selectedId={selected?.id}
          footer={agents.data ? count(agents.data.length, 'agent') : undefined}
        />
      )}
      {selected ? <AgentPanel agent={selected} onClose={() => change({ agent: null })} /> : null}
      {enrolling ? <EnrolDialog apiUrl={apiUrl} onClose={() => setEnrolling(false)} /> : null}
    </Page>
  );
}
