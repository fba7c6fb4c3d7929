import { loadManifest } from '@postern/core/roles';
import { versionsInForce } from '../../policy/policy-history.js';
import { filterWords, instant, type ReportBuilder, versionRef } from '../build-context.js';
import { moreThanListed, TableOf } from '../document.js';
import {
  type ChangeLine,
  type FindingLine,
  type ManagedConnection,
  type PlanLine,
  readApplied,
  readFindings,
  readManaged,
  readOpenDrift,
  readPlans,
} from '../native-roles.store.js';

const at = (value: Date | null): string => (value === null ? '' : instant(value));
const yes = (value: boolean): string => (value ? 'yes' : 'no');

/** What an auditor has to know of a connection's roles, worst first; empty: nothing. */
function finding(connection: ManagedConnection): string {
  if (connection.version === null) return 'Postern does not manage the roles of this database';
  if (connection.state === 'drifted') return 'the database differs from its manifest';
  if (connection.state !== 'converged')
    return connection.reason === null ? 'not compared yet' : `not compared: ${connection.reason}`;
  return connection.driftEverySeconds === null ? 'never compared by itself' : '';
}

function connectionsTable(connections: readonly ManagedConnection[]): TableOf {
  const table = new TableOf('connections', 'Connections', [
    ...[
      'Environment',
      'Connection',
      'Mode',
      'Author may not approve',
      'Manifest',
      'SHA-256',
      'Saved by',
      'Saved',
    ],
    ...['State', 'Compared', 'Finding'],
  ]);
  for (const one of connections)
    table.add(
      ...[one.environment, one.slug, one.mode ?? '', one.fourEyes === null ? '' : yes(one.fourEyes)],
      ...[one.version, one.sha256 ?? '', one.author ?? '', at(one.savedAt)],
      ...[one.state ?? '', at(one.checkedAt), finding(one)],
    );
  return table;
}

/** Roles as the manifests declare them, profiles expanded; a table that says what should be there. */
function rolesTable(connections: readonly ManagedConnection[]): TableOf {
  const table = new TableOf('roles', 'Roles that the manifests declare', [
    ...['Connection', 'Role', 'May log in', 'Powers', 'Member of', 'Grants', 'Valid until'],
  ]);
  for (const { slug, body } of connections) {
    const desired = body === null ? undefined : loadManifest(body, slug).desired;
    if (!desired) continue;
    const groups = new Map<string, string[]>();
    for (const [group, { members }] of desired.memberships)
      for (const member of members.keys()) groups.set(member, [...(groups.get(member) ?? []), group]);
    const grants = new Map<string, number>();
    for (const { grantee } of desired.grants) grants.set(grantee, (grants.get(grantee) ?? 0) + 1);
    for (const role of desired.roles.values()) {
      const powers = (['superuser', 'createrole', 'createdb', 'replication', 'bypassrls'] as const).filter(
        (power) => role[power],
      );
      const memberOf = (groups.get(role.name) ?? []).sort().join(', ');
      table.add(
        ...[slug, role.name, yes(role.login), powers.join(', '), memberOf],
        ...[grants.get(role.name) ?? 0, role.validUntil ?? ''],
      );
    }
  }
  return table;
}

function findingsTable(findings: readonly FindingLine[]): TableOf {
  const table = new TableOf('findings', 'Drift that was found', [
    ...['Connection', 'First seen', 'Last seen', 'Resolved', 'Changes', 'Ignored until', 'Ignored by', 'Why'],
  ]);
  for (const one of findings)
    table.add(
      ...[one.slug, at(one.firstSeenAt), at(one.lastSeenAt), at(one.resolvedAt), one.changeCount],
      ...[at(one.ignoredUntil), one.ignoredBy ?? '', one.ignoredReason ?? ''],
    );
  return table;
}

function plansTable(plans: readonly PlanLine[]): TableOf {
  const table = new TableOf('plans', 'Plans', [
    ...['Connection', 'Manifest', 'Cause', 'State', 'Asked for by', 'Asked for', 'Approved by', 'Approved'],
    ...['Closed by', 'Ended', 'Changes', 'Destructive', 'Why'],
  ]);
  for (const one of plans)
    table.add(
      ...[one.slug, one.manifestVersion, one.cause, one.state, one.requestedBy, at(one.createdAt)],
      ...[one.approvedBy ?? '', at(one.approvedAt), one.closedBy ?? '', at(one.finishedAt)],
      ...[one.changeCount, one.destructiveCount, one.reason ?? ''],
    );
  return table;
}

function changesTable(id: string, title: string, lines: readonly ChangeLine[]): TableOf {
  const [when, by] = id === 'applied' ? ['Applied', 'Approved by'] : ['First seen', ''];
  const columns = ['Connection', when, ...(by === '' ? [] : [by]), 'About', 'Destructive', 'SQL'];
  const table = new TableOf(id, title, columns);
  for (const one of lines)
    table.add(
      ...[one.slug, at(one.at), ...(by === '' ? [] : [one.by ?? ''])],
      ...[one.subject, yes(one.destructive), one.statements.join(';\n')],
    );
  return table;
}

/** Which roles each database should have, where it differed, and what was changed with whose approval. */
export const buildNativeRoles: ReportBuilder = async (context, parameters) => {
  const { client, now } = context;
  const { from = now, to = now, connection } = parameters;
  const period = { from, to, connection };
  const versions = await versionsInForce(client, now);
  const connections = await readManaged(client, connection);
  await context.progress(30, 'reading manifests');
  const roles = rolesTable(connections);
  await context.progress(60, 'reading plans and drift');
  const findings = findingsTable(await readFindings(client, period));
  const drift = changesTable(
    'drift',
    'What would undo the drift of this moment',
    await readOpenDrift(client, connection),
  );
  const plans = plansTable(await readPlans(client, period));
  const applied = changesTable('applied', 'Changes that were applied', await readApplied(client, period));
  const managed = connections.filter(({ version }) => version !== null);
  const count = (state: string) => managed.filter((one) => one.state === state).length;
  return {
    question: `Which native roles are declared, where databases differed, and what was changed from ${instant(from)} to ${instant(to)}${filterWords(parameters)}`,
    policyVersions: versions.map(versionRef),
    summary: [
      { label: 'Connections with managed roles', value: `${managed.length} of ${connections.length}` },
      { label: 'As their manifest says', value: count('converged') },
      { label: 'Differing', value: count('drifted') },
      { label: 'Changes applied in the period', value: applied.count },
    ],
    notes: [
      'Connections, roles and open drift are as of the moment the report was asked for; plans, applied changes and found drift are those of the period.',
      'Roles are what the newest manifest declares, with its profiles expanded. Whether the database agrees is the column State: an agent compares both, and what it found is listed.',
      'A database that Postern does not manage says nothing here of its roles; the completeness report names logins that went past Postern.',
      ...[findings, drift, plans, applied].flatMap(moreThanListed),
    ],
    tables: [connectionsTable(connections), roles, findings, drift, plans, applied].map((table) =>
      table.done(),
    ),
  };
};
