import { evaluate, type PermissionMask, permissionsOf, visibleConnections } from '@postern/core/policy';
import {
  type PastPolicy,
  type PolicyVersionRow,
  versionsBetween,
  versionsInForce,
} from '../../policy/policy-history.js';
import { readPermissionsUsed } from '../audit-activity.store.js';
import { type BuildContext, filterWords, instant, type ReportBuilder, versionRef } from '../build-context.js';
import { TableOf } from '../document.js';
import type { ReportParameters } from '../report-kinds.js';
import { type DormantPair, proposePerson, proposeRules } from './dormant-proposals.js';
import { groundsOf, rulesByIdOf } from './granting-rules.js';

const DAY_MS = 86_400_000;
const ACCESS = ['Person', 'E-mail', 'Environment', 'Connection', 'Never used', 'Used', 'Through', 'Proposal'];
const RULES = ['Rule', 'Rule id', 'Never used by anybody', 'People it reaches', 'Proposal'];

/** What everybody holds now and has held in every version of the period. */
async function heldThroughout(
  context: BuildContext,
  past: PastPolicy,
  versions: readonly PolicyVersionRow[],
): Promise<Map<string, PermissionMask>> {
  const held = new Map<string, PermissionMask>();
  for (const { id } of past.bundle.principals)
    for (const { connection, mask } of visibleConnections(past.compiled, id))
      held.set(`${id} ${connection.slug}`, mask);
  for (const version of versions) {
    const { compiled } = await context.history.replay(version);
    for (const [key, mask] of held) {
      const [id = '', slug = ''] = key.split(' ');
      held.set(key, mask & evaluate(compiled, id, slug));
    }
  }
  return held;
}

function dormantPairs(
  past: PastPolicy,
  held: ReadonlyMap<string, PermissionMask>,
  used: ReadonlyMap<string, PermissionMask>,
): DormantPair[] {
  const rulesById = rulesByIdOf(past);
  return past.bundle.principals.flatMap((person) =>
    visibleConnections(past.compiled, person.id).map(({ connection, mask }) => {
      const key = `${person.id} ${connection.slug}`;
      const usedMask = used.get(key) ?? 0;
      const grounds = groundsOf(past, rulesById, person, connection.slug);
      const dormant = (held.get(key) ?? 0) & ~usedMask;
      return { person, connection: connection.slug, mask, used: usedMask & mask, dormant, grounds };
    }),
  );
}

const wanted = ({ person, connection, dormant }: DormantPair, parameters: ReportParameters): boolean =>
  dormant !== 0 &&
  (parameters.connection === undefined || connection === parameters.connection) &&
  (parameters.person === undefined || person.email.toLowerCase() === parameters.person);

/** Permissions that were held for the whole period and never used in it, with what to narrow. */
export const buildDormantAccess: ReportBuilder = async (context, parameters) => {
  const { days = 90 } = parameters;
  const since = new Date(context.now.getTime() - days * DAY_MS);
  const { client } = context;
  const now = await versionsInForce(client, context.now);
  const then = await versionsInForce(client, since);
  const between = await versionsBetween(client, since, context.now);
  await context.progress(20, 'reading the audit trail');
  const uses = await readPermissionsUsed(client, since, context.now);
  const used = new Map(uses.map(({ userId, connection, mask }) => [`${userId} ${connection}`, mask]));
  const access = new TableOf('access', 'Dormant access', ACCESS);
  const rules = new TableOf('rules', 'Rules that give too much', RULES);
  const people = new Set<string>();
  for (const [index, row] of now.entries()) {
    await context.progress(30 + (60 * index) / now.length, `replaying ${row.environmentName}`);
    const isOwn = (version: PolicyVersionRow) => version.environmentId === row.environmentId;
    if (!then.some(isOwn)) continue; // nothing here is as old as the period
    const past = await context.history.replay(row);
    const held = await heldThroughout(context, past, [...then, ...between].filter(isOwn));
    const pairs = dormantPairs(past, held, used);
    const proposals = proposeRules(past, pairs);
    for (const { rule, words, unused, reaches, proposal } of proposals.values())
      rules.add(words, rule, permissionsOf(unused).join(', '), reaches, proposal);
    for (const pair of pairs.filter((candidate) => wanted(candidate, parameters))) {
      people.add(pair.person.id);
      access.add(
        ...[pair.person.name, pair.person.email, row.environmentName, pair.connection],
        ...[permissionsOf(pair.dormant).join(', '), permissionsOf(pair.used).join(', ')],
        ...[pair.grounds.through.join(', '), proposePerson(pair, pairs, proposals)],
      );
    }
  }
  return {
    question: `Permissions held from ${instant(since)} to ${instant(context.now)} and never used${filterWords(parameters)}`,
    policyVersions: now.map(versionRef),
    summary: [
      { label: 'Days without use', value: days },
      { label: 'Rows', value: access.count },
      { label: 'People', value: people.size },
      { label: 'Rules to narrow', value: rules.count },
    ],
    notes: [
      'A permission counts as used when an allowed statement needed it. What was given, or taken and given back, within the period is not listed: it had no chance to be used throughout.',
      'The proposals only take away what nobody used in the period. Look for work that comes once a year before following them.',
      'Audit events that retention has removed cannot show a use: choose no more days than the organisation keeps.',
    ],
    tables: [rules.done(), access.done()],
  };
};
