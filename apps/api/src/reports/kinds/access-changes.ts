import {
  type CompiledPolicy,
  compilePolicy,
  diffAccess,
  type PolicyBundle,
  permissionsOf,
} from '@postern/core/policy';
import {
  type PastPolicy,
  type PolicyVersionRow,
  versionsBetween,
  versionsInForce,
} from '../../policy/policy-history.js';
import { type AdminEvent, readAdminEvents } from '../audit-reads.store.js';
import { filterWords, instant, type ReportBuilder, versionRef } from '../build-context.js';
import { TableOf } from '../document.js';
import type { ReportParameters } from '../report-kinds.js';
import { changedThings, eventsBehind } from './change-causes.js';

const COLUMNS = [
  'When',
  'Person',
  'E-mail',
  'Connection',
  'Gained',
  'Lost',
  'By',
  'Approved by',
  'Change',
  'Version',
];
/** A change may commit while its environment's policy is being read: then the version after carries it. */
const OVERLAP_MS = 60_000;

const NOTHING: Pick<PolicyBundle, 'connections' | 'principals' | 'groups' | 'rules'> = {
  connections: [],
  principals: [],
  groups: [],
  rules: [],
};

const empty = (like: PolicyBundle): PolicyBundle => ({ ...like, ...NOTHING });

interface Step {
  before: PolicyBundle;
  compiledBefore: CompiledPolicy;
  after: PastPolicy;
  /** What administrators did since the version before. */
  events: AdminEvent[];
}

function addStep(table: TableOf, step: Step, { connection, person }: ReportParameters): number {
  const { before, compiledBefore, after, events } = step;
  const things = changedThings(before, after.bundle);
  const people = new Map([...before.principals, ...after.bundle.principals].map((who) => [who.id, who]));
  let changes = 0;
  for (const change of diffAccess(compiledBefore, after.compiled)) {
    const who = people.get(change.principalId);
    if (connection !== undefined && change.connectionSlug !== connection) continue;
    if (person !== undefined && who?.email.toLowerCase() !== person) continue;
    const causes = eventsBehind(change, things, events);
    changes += 1;
    table.add(
      ...[instant(after.row.publishedAt), who?.name ?? '', who?.email ?? change.principalId],
      change.connectionSlug,
      ...[
        permissionsOf(change.after & ~change.before).join(', '),
        permissionsOf(change.before & ~change.after).join(', '),
      ],
      [...new Set(causes.map((event) => event.actor))].join(', '),
      [...new Set(causes.flatMap((event) => event.approver ?? []))].join(', '),
      [...new Set(causes.map((event) => `${event.kind} ${event.label}`.trim()))].join('; '),
      `${after.row.environmentName} ${after.row.version}`,
    );
  }
  return changes;
}

/** Who gained or lost what, version by version, and which change of an administrator brought it about. */
export const buildAccessChanges: ReportBuilder = async (context, parameters) => {
  const { from = context.now, to = context.now } = parameters;
  const { client, history } = context;
  const start = await versionsInForce(client, from);
  const versions = await versionsBetween(client, from, to);
  const events = await readAdminEvents(client, new Date(from.getTime() - OVERLAP_MS), to);
  const table = new TableOf('changes', 'Changes', COLUMNS);
  const current = new Map<string, PastPolicy>();
  for (const row of start) current.set(row.environmentId, await history.replay(row));
  const since = new Map<string, Date>();
  for (const [index, row] of versions.entries()) {
    if (index % 20 === 0)
      await context.progress(10 + (80 * index) / versions.length, 'replaying policy versions');
    const after = await history.replay(row);
    const was = current.get(row.environmentId);
    const before = was?.bundle ?? empty(after.bundle);
    const window = eventsOf(events, since.get(row.environmentId) ?? from, row);
    addStep(
      table,
      { before, compiledBefore: was?.compiled ?? compilePolicy(before), after, events: window },
      parameters,
    );
    current.set(row.environmentId, after);
    since.set(row.environmentId, row.publishedAt);
  }
  return {
    question: `Changes of access from ${instant(from)} to ${instant(to)}${filterWords(parameters)}`,
    policyVersions: [...start, ...versions].map(versionRef),
    summary: [
      { label: 'From', value: instant(from) },
      { label: 'To', value: instant(to) },
      { label: 'Changes', value: table.count },
      { label: 'Policy versions', value: versions.length },
    ],
    notes: [
      'A row is one person on one connection whose permissions differ between two versions of the policy that followed each other.',
      'By is who made the change that brought it about: of a rule, a group, a member or a connection. When is the publication of the policy that carries it.',
      'Approved by is filled where somebody else stood behind the change: for a revocation in an access review, who started the review. Changes of rules need no approval otherwise.',
      'Deleting an environment ends all access through it; a connection must be deleted before its environment.',
    ],
    tables: [table.done()],
  };
};

const eventsOf = (events: readonly AdminEvent[], since: Date, row: PolicyVersionRow): AdminEvent[] =>
  events.filter(({ at }) => at.getTime() > since.getTime() - OVERLAP_MS && at <= row.publishedAt);
