import { maskOf, permissionsOf } from '@postern/core/policy';
import { countBy, readUses, type Use } from '../audit-activity.store.js';
import { filterWords, instant, type ReportBuilder } from '../build-context.js';
import { moreThanListed, TableOf } from '../document.js';

const COLUMNS = [
  'When',
  'Who',
  'Connection',
  'Permissions',
  'Statement',
  'Outcome',
  'Rows',
  'Way in',
  'Client',
  'Rules',
];

/** Allowed statements that needed a permission of power, newest first. */
export const buildPrivilegedActivity: ReportBuilder = async (context, parameters) => {
  const { from = context.now, to = context.now, permissions = [] } = parameters;
  const wanted = maskOf(permissions);
  await context.progress(20, 'reading the audit trail');
  const found = await readUses(context.client, { ...parameters, from, to }, wanted);
  const table = new TableOf('statements', 'Statements', COLUMNS);
  for (const use of found)
    table.add(
      ...[instant(use.at), use.actor, use.connection, permissionsOf(use.required & wanted).join(', ')],
      ...[use.statement, outcome(use), use.rows, use.path, use.client, use.ruleIds.join(', ')],
    );
  const perPerson = countBy(found, ({ actor }) => actor);
  const people = new TableOf('people', 'By person', ['Who', 'Statements', ...permissions]);
  for (const [who, count] of perPerson) {
    const own = found.filter(({ actor }) => actor === who);
    const per = permissions.map(
      (name) => own.filter(({ required }) => (required & maskOf([name])) !== 0).length,
    );
    people.add(who, count, ...per);
  }
  return {
    question: `Allowed statements that needed ${permissions.join(', ')} from ${instant(from)} to ${instant(to)}${filterWords(parameters)}`,
    policyVersions: [],
    summary: [
      { label: 'From', value: instant(from) },
      { label: 'To', value: instant(to) },
      { label: 'Statements', value: table.count },
      { label: 'People', value: perPerson.length },
    ],
    notes: [
      'Each statement was recorded before it ran. An outcome that is unknown means that its end was never reported, not that it did nothing.',
      'Statements stand here as the audit trail keeps them: long ones are cut, and what redaction took out is missing.',
      ...moreThanListed(table),
    ],
    tables: [people.done(), table.done()],
  };
};

function outcome({ status, sqlstate }: Use): string {
  if (status === null) return 'unknown';
  return sqlstate === null ? status : `${status} (${sqlstate})`;
}
