import { countBy, readRefusals } from '../audit-activity.store.js';
import { filterWords, instant, type ReportBuilder } from '../build-context.js';
import { moreThanListed, TableOf } from '../document.js';

const COLUMNS = ['When', 'Who', 'What', 'Connection', 'Missing', 'Why', 'Statement', 'Way in', 'Client'];

/** What was refused in a period, newest first. */
export const buildRefusals: ReportBuilder = async (context, parameters) => {
  const { from = context.now, to = context.now } = parameters;
  await context.progress(20, 'reading the audit trail');
  const found = await readRefusals(context.client, { ...parameters, from, to });
  const table = new TableOf('refusals', 'Refusals', COLUMNS);
  for (const { at, kind, actor, connection, missing, reason, statement, target, path, client } of found)
    table.add(
      ...[instant(at), actor, kind, connection, missing.join(', ')],
      ...[reason, statement || target, path, client],
    );
  const perPerson = countBy(found, ({ actor }) => actor);
  const people = new TableOf('people', 'By person', ['Who', 'Refusals']);
  for (const [who, count] of perPerson) people.add(who, count);
  return {
    question: `What was refused from ${instant(from)} to ${instant(to)}${filterWords(parameters)}`,
    policyVersions: [],
    summary: [
      { label: 'From', value: instant(from) },
      { label: 'To', value: instant(to) },
      { label: 'Refusals', value: table.count },
      { label: 'People and programs', value: perPerson.length },
    ],
    notes: [
      'A refused statement never reached its database.',
      'Listed are statements, operations of the web app, sign-ins to the web app and to databases, and requests of agents.',
      'Statements stand here as the audit trail keeps them: long ones are cut, and what redaction took out is missing.',
      ...moreThanListed(table),
    ],
    tables: [people.done(), table.done()],
  };
};
