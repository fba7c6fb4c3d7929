import { permissionsOf, visibleConnections } from '@postern/core/policy';
import { type PastPolicy, versionsInForce } from '../../policy/policy-history.js';
import { filterWords, instant, type ReportBuilder, versionRef } from '../build-context.js';
import { TableOf } from '../document.js';
import type { ReportParameters } from '../report-kinds.js';
import { groundsOf, rulesByIdOf } from './granting-rules.js';

const COLUMNS = [
  'Person',
  'E-mail',
  'Environment',
  'Connection',
  'Permissions',
  'Through',
  'Rules',
  'Rule ids',
];

function addAccess(table: TableOf, past: PastPolicy, { connection, person }: ReportParameters) {
  const rulesById = rulesByIdOf(past);
  const people = new Set<string>();
  const connections = new Set<string>();
  for (const principal of past.bundle.principals) {
    if (person !== undefined && principal.email.toLowerCase() !== person) continue;
    for (const visible of visibleConnections(past.compiled, principal.id)) {
      const { slug } = visible.connection;
      if (connection !== undefined && slug !== connection) continue;
      const { rules, ruleIds, through } = groundsOf(past, rulesById, principal, slug);
      people.add(principal.id);
      connections.add(slug);
      table.add(
        ...[principal.name, principal.email, past.row.environmentName, slug],
        ...[permissionsOf(visible.mask).join(', '), through.join(', '), rules.join('; '), ruleIds.join(', ')],
      );
    }
  }
  return { people, connections };
}

/** Who could do what at an instant, decided by the code that decides in the agents. */
export const buildWhoCanWhat: ReportBuilder = async (context, parameters) => {
  const at = parameters.at ?? context.now;
  const versions = await versionsInForce(context.client, at);
  const table = new TableOf('access', 'Access', COLUMNS);
  const people = new Set<string>();
  const connections = new Set<string>();
  for (const [index, version] of versions.entries()) {
    await context.progress(10 + (80 * index) / versions.length, `replaying ${version.environmentName}`);
    const seen = addAccess(table, await context.history.replay(version), parameters);
    for (const id of seen.people) people.add(id);
    for (const slug of seen.connections) connections.add(slug);
  }
  return {
    question: `Who could do what at ${instant(at)}${filterWords(parameters)}`,
    policyVersions: versions.map(versionRef),
    summary: [
      { label: 'Instant', value: instant(at) },
      { label: 'People with access', value: people.size },
      { label: 'Connections reached', value: connections.size },
      { label: 'Environments', value: versions.length },
    ],
    notes: [
      'Whoever is not listed had no access: without a rule everything is refused.',
      'The policy of an environment is in force from its publication; agents take it up within moments, and the audit event policy.enforced of each agent says when.',
      'Rules have no end date and no separate time-limited grants exist, so that every row held for as long as its policy version.',
      ...(versions.length === 0 ? ['No policy had been published at this instant: nobody had access.'] : []),
    ],
    tables: [table.done()],
  };
};
