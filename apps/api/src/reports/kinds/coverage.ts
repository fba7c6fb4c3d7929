import { type ConnectionHealth, healthOf, ONLINE_WITHIN_MS } from '../../agents/agent-status.js';
import { versionsInForce } from '../../policy/policy-history.js';
import { instant, type ReportBuilder, versionRef } from '../build-context.js';
import { type CoverageRows, readCoverage } from '../coverage.store.js';
import { TableOf } from '../document.js';

const REFUSALS_MS = 30 * 86_400_000;
/** Events that wait at an agent: more than this many is a backlog worth a word. */
const BACKLOG = 1_000;

type Agent = CoverageRows['agents'][number];
type Connection = CoverageRows['connections'][number];

const at = (instantOrNull: Date | null): string =>
  instantOrNull === null ? 'never' : instant(instantOrNull);

const isOnline = ({ lastSeenAt }: Agent, now: Date): boolean =>
  lastSeenAt !== null && now.getTime() - lastSeenAt.getTime() < ONLINE_WITHIN_MS;

function healthBy(agents: readonly Agent[], slug: string): { agent: Agent; health: ConnectionHealth }[] {
  return agents.flatMap((agent) => {
    const health = healthOf(agent.connections).find((known) => known.slug === slug);
    return health ? [{ agent, health }] : [];
  });
}

/** What keeps a connection from being governed, worst first; empty: nothing does. */
function connectionFindings(connection: Connection, agents: readonly Agent[], now: Date): string[] {
  const serving = healthBy(
    agents.filter(({ environmentId }) => environmentId === connection.environmentId),
    connection.slug,
  );
  const online = serving.filter(({ agent }) => isOnline(agent, now));
  return [
    ...(serving.length === 0 ? ['no agent is configured for it'] : []),
    ...(serving.length > 0 && online.length === 0 ? ['no agent that serves it is online'] : []),
    ...online
      .filter(({ health }) => health.status === 'down')
      .map(({ agent }) => `${agent.name} cannot reach the database`),
    ...online
      .filter(({ agent }) => agent.policyVersion !== agent.newestVersion)
      .map(({ agent }) => `${agent.name} enforces version ${agent.policyVersion} of ${agent.newestVersion}`),
    ...(connection.rules === 0 ? ['no rule names it: nobody has access'] : []),
  ];
}

function agentFindings(agent: Agent, now: Date): string[] {
  return [
    ...(isOnline(agent, now) ? [] : ['offline']),
    ...(agent.policyVersion === agent.newestVersion ? [] : ['not on the newest policy']),
    ...(agent.spoolDepth > BACKLOG ? [`${agent.spoolDepth} audit events wait to be sent`] : []),
  ];
}

/** Which connections are governed at this moment, and what keeps the others from it. */
export const buildCoverage: ReportBuilder = async (context) => {
  const { client, now } = context;
  const versions = await versionsInForce(client, now);
  await context.progress(30, 'looking at agents and connections');
  const rows = await readCoverage(client, new Date(now.getTime() - REFUSALS_MS));
  const connections = new TableOf('connections', 'Connections', [
    ...['Environment', 'Connection', 'Agents online', 'Rules', 'Audit', 'Last event', 'Finding'],
  ]);
  let governed = 0;
  for (const connection of rows.connections) {
    const own = rows.agents.filter(({ environmentId }) => environmentId === connection.environmentId);
    const serving = healthBy(own, connection.slug);
    const online = serving.filter(({ agent }) => isOnline(agent, now)).length;
    const findings = connectionFindings(connection, rows.agents, now);
    if (findings.length === 0) governed += 1;
    connections.add(
      ...[connection.environment, connection.slug, `${online} of ${serving.length}`, connection.rules],
      ...[connection.auditMode, at(connection.lastEventAt), findings.join('; ')],
    );
  }
  const agents = new TableOf('agents', 'Agents', [
    ...[
      'Environment',
      'Agent',
      'Version',
      'Policy',
      'Newest',
      'Waiting events',
      'Events stored',
      'Last event',
    ],
    ...['Last heard of', 'Finding'],
  ]);
  for (const agent of rows.agents)
    agents.add(
      ...[agent.environment, agent.name, agent.agentVersion, agent.policyVersion, agent.newestVersion],
      ...[agent.spoolDepth, agent.auditSeq, at(agent.lastEventAt), at(agent.lastSeenAt)],
      agentFindings(agent, now).join('; '),
    );
  const refusals = new TableOf('refusals', 'Refused by the control plane in 30 days', [
    'When',
    'Agent',
    'What',
    'Why',
  ]);
  for (const refusal of rows.refusals)
    refusals.add(instant(refusal.at), refusal.agent, refusal.kind, refusal.reason);
  return {
    question: `Which connections are governed at ${instant(now)}`,
    policyVersions: versions.map(versionRef),
    summary: [
      { label: 'Connections governed', value: `${governed} of ${rows.connections.length}` },
      {
        label: 'Agents online',
        value: `${rows.agents.filter((agent) => isOnline(agent, now)).length} of ${rows.agents.length}`,
      },
      { label: 'Refused pushes and requests', value: refusals.count },
    ],
    notes: [
      'Governed means: an agent that serves the connection is online, reaches the database and enforces the newest policy.',
      'Each agent numbers its audit events without gaps and chains them by hash. A gap or a broken chain is refused, and the refusal is listed here.',
      'Whether somebody reached a database past its agent is the subject of the completeness report.',
    ],
    tables: [connections.done(), agents.done(), refusals.done()],
  };
};
