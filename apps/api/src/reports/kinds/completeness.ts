import type { AuditEvent } from '@postern/core/audit';
import { INLINE_PARSE_BYTES, loadParser, statementPrints } from '@postern/core/sql';
import { type BuildContext, filterWords, instant, type ReportBuilder } from '../build-context.js';
import { type EvidenceLook, MOST_TEXTS, readCarried, readEvidence } from '../completeness.store.js';
import { TableOf } from '../document.js';

/** A statement may be decided before a look begins and counted after it. */
const SLACK_MS = 60_000;
/** Between two looks that belong together. */
const GAP_MS = 2 * 3_600_000;

type Counted = EvidenceLook['evidence']['statements'][number];

/** How often Postern let each statement through, by fingerprint; texts that cannot be compared are counted apart. */
async function carriedOn(context: BuildContext, connection: string, looks: readonly EvidenceLook[]) {
  const from = new Date(Math.min(...looks.map(({ since }) => since.getTime())) - SLACK_MS);
  const to = new Date(Math.max(...looks.map(({ at }) => at.getTime())) + SLACK_MS);
  const texts = await readCarried(context.client, connection, from, to);
  const carried = new Map<string, number>();
  let blind = texts.length > MOST_TEXTS ? texts.length - MOST_TEXTS : 0;
  for (const { times, event } of texts.slice(0, MOST_TEXTS)) {
    const prints = printsOf(event);
    if (prints === undefined) blind += 1;
    for (const print of prints ?? []) carried.set(print, (carried.get(print) ?? 0) + times);
  }
  return { carried, blind };
}

/** Fingerprints of an event's statements; undefined when its text was not kept whole. */
function printsOf({ statement }: AuditEvent): string[] | undefined {
  if (statement === undefined) return [];
  if (statement.fingerprint !== undefined && statement.kinds.length === 1) return [statement.fingerprint];
  if (statement.truncated || statement.text === '' || statement.bytes > INLINE_PARSE_BYTES) return undefined;
  return statementPrints(statement.text).map(({ fingerprint }) => fingerprint);
}

function sumOf(looks: readonly EvidenceLook[]): Map<string, Counted> {
  const sums = new Map<string, Counted>();
  for (const { evidence } of looks)
    for (const counted of evidence.statements) {
      const key = `${counted.login} ${counted.fingerprint}`;
      const known = sums.get(key);
      sums.set(key, known ? { ...known, calls: known.calls + counted.calls } : counted);
    }
  return sums;
}

interface Tables {
  findings: TableOf;
  sessions: TableOf;
  natives: TableOf;
  sources: TableOf;
}

function addFindings(
  tables: Tables,
  connection: string,
  looks: readonly EvidenceLook[],
  carried: Map<string, number>,
) {
  const left = new Map(carried);
  for (const { login, fingerprint, kind, relations, calls } of sumOf(looks).values()) {
    const known = left.get(fingerprint) ?? 0;
    left.set(fingerprint, Math.max(0, known - calls));
    if (calls > known)
      tables.findings.add(connection, login, kind, relations.join(', '), calls, known, calls - known);
  }
}

function addSessions({ sessions, natives }: Tables, connection: string, looks: readonly EvidenceLook[]) {
  const seen = new Map<string, { row: EvidenceLook['evidence']['sessions'][number]; last: Date }>();
  const others = new Map<string, number>();
  for (const { evidence, at } of looks) {
    // To the second: a server's log, which is another source of them, knows no more.
    for (const row of evidence.sessions)
      seen.set(`${row.login} ${row.startedAt.slice(0, 19)} ${row.client}`, { row, last: at });
    for (const { login, calls } of evidence.others) others.set(login, (others.get(login) ?? 0) + calls);
  }
  for (const { row, last } of seen.values())
    sessions.add(connection, row.login, row.application, row.client, row.startedAt, instant(last));
  for (const [login, calls] of others) natives.add(connection, login, calls);
}

function addSources({ sources }: Tables, connection: string, looks: readonly EvidenceLook[], blind: number) {
  const last = looks.at(-1);
  const gaps = looks.filter(({ since }, i) => {
    const before = looks[i - 1];
    return before !== undefined && since.getTime() - before.at.getTime() > GAP_MS;
  }).length;
  for (const { name, status, detail } of last?.evidence.sources ?? [])
    sources.add(connection, name, status, detail ?? '', looks.length, gaps, blind);
}

const newTables = (): Tables => ({
  findings: new TableOf('findings', 'Statements that Postern did not carry', [
    ...['Connection', 'Login', 'Statement', 'Tables', 'Run', 'In the audit', 'Not carried'],
  ]),
  sessions: new TableOf('sessions', 'Sessions of managed logins past Postern', [
    ...['Connection', 'Login', 'Application', 'Client', 'Began', 'Last seen'],
  ]),
  natives: new TableOf('natives', 'Other logins that were active', ['Connection', 'Login', 'Statements']),
  sources: new TableOf('sources', 'What could be read', [
    ...['Connection', 'Source', 'Read', 'Why not', 'Looks', 'Gaps', 'Texts not comparable'],
  ]),
});

/** The audit trail held against the databases' own books. */
export const buildCompleteness: ReportBuilder = async (context, parameters) => {
  const { from = context.now, to = context.now } = parameters;
  await loadParser();
  const looks = await readEvidence(context.client, { ...parameters, from, to });
  const slugs = [...new Set(looks.map(({ connection }) => connection))];
  const tables = newTables();
  for (const [index, slug] of slugs.entries()) {
    await context.progress(10 + (80 * index) / slugs.length, `comparing ${slug}`);
    const own = looks.filter(({ connection }) => connection === slug);
    const { carried, blind } = await carriedOn(context, slug, own);
    addFindings(tables, slug, own, carried);
    addSessions(tables, slug, own);
    addSources(tables, slug, own, blind);
  }
  return {
    question: `What managed logins did past Postern from ${instant(from)} to ${instant(to)}${filterWords(parameters)}`,
    policyVersions: [],
    summary: [
      { label: 'Connections compared', value: slugs.length },
      { label: 'Statements not carried', value: tables.findings.count },
      { label: 'Sessions past Postern', value: tables.sessions.count },
      { label: 'Other logins active', value: tables.natives.count },
    ],
    notes: [
      'Managed logins are those that agents use. A statement is not carried when pg_stat_statements counted it more often for such a login than the audit trail says it was allowed, in the time that the looks cover.',
      'A session past Postern has no `postern:` mark in application_name. A look is taken every five minutes: without a readable csvlog a shorter session may be missed by it, its statements are counted all the same.',
      'Reads of the system catalog, settings and transaction control are not compared. A failed statement is not counted by the database, so that the same statement run once past Postern can hide behind it.',
      'Other logins are not Postern’s to carry: they are the native way in, and are listed so that somebody asks why they are used. What is not in “What could be read” was not proved.',
      ...(slugs.length === 0 ? ['No agent sent evidence in this period: nothing is proved.'] : []),
    ],
    tables: [tables.findings.done(), tables.sessions.done(), tables.natives.done(), tables.sources.done()],
  };
};
