import type { OwnFacts, SharedFacts, SpooledLink } from '@postern/core/audit';
import { outcomeColumns, ownColumns, sharedColumns } from './audit-row.js';
import { type Neighbours, neighboursOf } from './audit-words.js';

/** How a statement ended whose decision came with an earlier push. */
export interface Ended {
  readonly intentId: string;
  readonly at: string;
  readonly outcome: NonNullable<OwnFacts['outcome']>;
}

/**
 * Links as PostgreSQL takes them, as a few large texts in bytes: the objects they were made of need not outlive the turn in which they
 * were read, and bytes are not on the heap (what waits there for the database is copied by each collection of garbage).
 */
export interface RowTexts {
  /** One for each of {@link ROW_COLUMNS}, in UTF-8. */
  readonly columns: readonly Buffer[];
  /** What makes their texts found; one for each of {@link NEIGHBOUR_COLUMNS}. */
  readonly neighbours: readonly Buffer[];
  readonly endedEarlier: readonly Ended[];
}

interface Row {
  readonly seq: number;
  readonly hash: string;
  readonly event: string;
  readonly own: ReturnType<typeof ownColumns>;
  /** Values of {@link SHARED}, each as an array's text has it: written once for all events that have them alike. */
  readonly shared: readonly string[];
}

type SharedColumn = keyof ReturnType<typeof sharedColumns>;
const SHARED: readonly SharedColumn[] = [
  ...(['kind', 'path', 'actorId', 'actorLabel', 'decision', 'connectionSlug', 'required'] as const),
  ...(['relations', 'clientAddress', 'clientApplication'] as const),
];

export interface RowColumn {
  readonly name: string;
  /** The parameter as PostgreSQL's array of values, … */
  readonly type: string;
  /** … how a row's value stands in it; texts of JSON stand between {@link BETWEEN_JSON} instead, … */
  readonly write: ((row: Row) => string) | 'json';
  /** … and how one of them is read where the column is of another type. */
  readonly read?: string;
}

const shared = (name: string, type: string, field: SharedColumn, read?: string): RowColumn => {
  const index = SHARED.indexOf(field);
  return { name, type, write: (row) => row.shared[index] ?? 'NULL', ...(read === undefined ? {} : { read }) };
};
/** Of values that hold nothing that an array's text would have to quote. */
const plain = (
  name: string,
  type: string,
  of: (row: Row) => string | number | null,
  read?: string,
): RowColumn => ({
  name,
  type,
  write: (row) => `${of(row) ?? 'NULL'}`,
  ...(read === undefined ? {} : { read }),
});
const text = (name: string, of: (row: Row) => string | null): RowColumn => ({
  name,
  type: 'text',
  write: (row) => valueText(of(row)),
});

export const NEIGHBOUR_COLUMNS = ['firstSeq', 'lastSeq', 'firstAt', 'lastAt', 'words'] as const;

/** What differs from row to row. */
export const ROW_COLUMNS: readonly RowColumn[] = [
  plain('id', 'uuid', (row) => row.own.id),
  plain('at', 'timestamptz', (row) => row.own.at),
  shared('kind', 'text', 'kind'),
  shared('path', 'text', 'path'),
  shared('actor_id', 'text', 'actorId'),
  shared('actor_label', 'text', 'actorLabel'),
  shared('decision', 'text', 'decision'),
  shared('connection_slug', 'text', 'connectionSlug'),
  shared('required', 'smallint', 'required'),
  shared('relations', 'text', 'relations', 'relations::text[]'),
  shared('client_address', 'inet', 'clientAddress'),
  shared('client_application', 'text', 'clientApplication'),
  plain('intent_id', 'uuid', (row) => row.own.intentId),
  text('status', (row) => row.own.status),
  plain('duration_ms', 'float8', (row) => row.own.durationMs),
  plain('row_count', 'bigint', (row) => row.own.rowCount),
  plain('result_bytes', 'bigint', (row) => row.own.resultBytes),
  text('sqlstate', (row) => row.own.sqlstate),
  plain('finished_at', 'timestamptz', (row) => row.own.finishedAt),
  plain('seq', 'bigint', (row) => row.seq),
  plain('hash', 'text', (row) => row.hash, "decode(hash, 'hex')"),
  text('search_text', (row) => row.own.searchText),
  { name: 'event', type: 'text', write: 'json', read: 'event::json' },
];

/** No JSON holds a bare control character (RFC 8259, 7), so texts of JSON need no quoting between two of these. */
const BETWEEN_JSON = '\u0001';

/** Links that were held against their hashes. */
export function rowTexts(links: readonly SpooledLink[]): RowTexts {
  const rows = links.map(rowOf);
  const endedEarlier = fillOutcomes(rows, links);
  const groups = neighboursOf(rows.map(({ seq, own }) => ({ seq, at: own.at, searchText: own.searchText })));
  return {
    columns: ROW_COLUMNS.map((column) => Buffer.from(columnText(rows, column))),
    neighbours: NEIGHBOUR_COLUMNS.map((field) => neighboursText(groups, field)),
    endedEarlier,
  };
}

/** None of these values holds a control character. */
const neighboursText = (groups: readonly Neighbours[], field: keyof Neighbours): Buffer =>
  Buffer.from(groups.map((group) => group[field]).join(BETWEEN_JSON));

const rowOf = ({ seq, hash, text, own, shared }: SpooledLink): Row => ({
  seq,
  hash,
  event: text,
  own: ownColumns(own, shared.kind),
  shared: sharedTexts(shared),
});

const written = new WeakMap<SharedFacts, readonly string[]>();

function sharedTexts(facts: SharedFacts): readonly string[] {
  const before = written.get(facts);
  if (before !== undefined) return before;
  const columns = sharedColumns(facts);
  const texts = SHARED.map((field) => valueText(columns[field]));
  written.set(facts, texts);
  return texts;
}

/** A column of the rows as PostgreSQL reads arrays. pg's own way of writing them takes most of the time of a push. */
const columnText = (rows: readonly Row[], { write }: RowColumn): string =>
  write === 'json' ? rows.map(({ event }) => event).join(BETWEEN_JSON) : `{${rows.map(write).join(',')}}`;

/** `unnest` would take an array of arrays apart altogether, so an inner one travels as its text. */
const valueText = (value: unknown): string =>
  value === null ? 'NULL' : quoted(Array.isArray(value) ? `{${value.map(quoted).join(',')}}` : String(value));

const quoted = (value: string): string =>
  `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;

/** Puts ends onto the decisions of the same push (most are: a statement takes milliseconds); answers with the others. */
function fillOutcomes(rows: readonly Row[], links: readonly SpooledLink[]): Ended[] {
  const decisions = new Map<string, Row>();
  const elsewhere: Ended[] = [];
  for (const [index, { own, shared }] of links.entries()) {
    const row = rows[index];
    if (row && shared.kind === 'statement.decided') decisions.set(own.id, row);
    const { intentId, outcome, at } = own;
    if (shared.kind !== 'statement.finished' || intentId === undefined || outcome === undefined) continue;
    const decision = decisions.get(intentId);
    if (!decision) elsewhere.push({ intentId, outcome, at });
    else if (decision.own.finishedAt === null) Object.assign(decision.own, outcomeColumns(outcome, at));
  }
  return elsewhere;
}
