import type { SpooledLink, ToldEvent } from '@postern/core/audit';
import { type AuditRowColumns, auditRow, outcomeColumns } from './audit-row.js';
import { neighboursOf } from './audit-words.js';

/** How a statement ended whose decision came with an earlier push. */
export interface Ended {
  readonly intentId: string;
  readonly at: string;
  readonly outcome: NonNullable<ToldEvent['outcome']>;
}

/**
 * Links as PostgreSQL takes them, in a few large texts: the objects they were made of need not outlive the turn in which they were read
 * (what waits for the database is copied by each collection of garbage, which took a third of the api's time).
 */
export interface RowTexts {
  /** One for each of {@link ROW_COLUMNS}. */
  readonly columns: readonly string[];
  /** What makes their texts found; one for each of {@link NEIGHBOUR_COLUMNS}. */
  readonly neighbours: readonly string[];
  readonly endedEarlier: readonly Ended[];
}

type Columns = AuditRowColumns & { event: string };

/** How a column's values travel as one array: `plain` ones hold nothing that an array's text would have to quote. */
type Form = 'plain' | 'quoted' | 'json';

export interface RowColumn {
  readonly name: string;
  /** The parameter as PostgreSQL's array of values, … */
  readonly type: string;
  readonly field: keyof Columns;
  readonly form: Form;
  /** … and how one of them is read where the column is of another type. */
  readonly read?: string;
}

const column = (name: string, type: string, field: keyof Columns, form: Form, read?: string): RowColumn => ({
  name,
  type,
  field,
  form,
  ...(read === undefined ? {} : { read }),
});

/** Numbers, instants and words: none of them holds a control character. */
export const NEIGHBOUR_COLUMNS = ['firstSeq', 'lastSeq', 'firstAt', 'lastAt', 'words'] as const;

/** What differs from row to row. */
export const ROW_COLUMNS: readonly RowColumn[] = [
  column('id', 'uuid', 'id', 'plain'),
  column('at', 'timestamptz', 'at', 'plain'),
  column('kind', 'text', 'kind', 'quoted'),
  column('path', 'text', 'path', 'quoted'),
  column('actor_id', 'text', 'actorId', 'quoted'),
  column('actor_label', 'text', 'actorLabel', 'quoted'),
  column('decision', 'text', 'decision', 'quoted'),
  column('connection_slug', 'text', 'connectionSlug', 'quoted'),
  column('required', 'smallint', 'required', 'plain'),
  column('relations', 'text', 'relations', 'quoted', 'relations::text[]'),
  column('client_address', 'inet', 'clientAddress', 'quoted'),
  column('client_application', 'text', 'clientApplication', 'quoted'),
  column('intent_id', 'uuid', 'intentId', 'plain'),
  column('status', 'text', 'status', 'quoted'),
  column('duration_ms', 'float8', 'durationMs', 'plain'),
  column('row_count', 'bigint', 'rowCount', 'plain'),
  column('result_bytes', 'bigint', 'resultBytes', 'plain'),
  column('sqlstate', 'text', 'sqlstate', 'quoted'),
  column('finished_at', 'timestamptz', 'finishedAt', 'plain'),
  column('seq', 'bigint', 'seq', 'plain'),
  column('hash', 'text', 'hash', 'plain', "decode(hash, 'hex')"),
  column('search_text', 'text', 'searchText', 'quoted'),
  column('event', 'text', 'event', 'json', 'event::json'),
];

/** No JSON holds a bare control character (RFC 8259, 7), so texts of JSON need no quoting between two of these. */
const BETWEEN_JSON = '\u0001';

export function rowTexts(
  agent: { readonly id: string; readonly environmentId: string },
  links: readonly SpooledLink[],
): RowTexts {
  const rows = links.map(({ seq, hash, event, text }): Columns => {
    const row = auditRow(event, { agentId: agent.id, environmentId: agent.environmentId, seq, hash });
    return Object.assign(row, { event: text });
  });
  const endedEarlier = fillOutcomes(rows, links);
  const groups = neighboursOf(rows);
  return {
    columns: ROW_COLUMNS.map(({ field, form }) => columnText(rows, field, form)),
    neighbours: NEIGHBOUR_COLUMNS.map((field) => groups.map((group) => group[field]).join(BETWEEN_JSON)),
    endedEarlier,
  };
}

/** A column of the rows as PostgreSQL reads arrays. pg's own way of writing them takes most of the time of a push. */
function columnText(rows: readonly Columns[], field: keyof Columns, form: Form): string {
  if (form === 'json') return rows.map((row) => row[field]).join(BETWEEN_JSON);
  const write = form === 'plain' ? String : quotedValue;
  return `{${rows.map((row) => (row[field] === null ? 'NULL' : write(row[field]))).join(',')}}`;
}

/** `unnest` would take an array of arrays apart altogether, so an inner one travels as its text. */
const quotedValue = (value: unknown): string =>
  quoted(Array.isArray(value) ? `{${value.map(quoted).join(',')}}` : String(value));

const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;

/** Puts ends onto the decisions of the same push (most are: a statement takes milliseconds); answers with the others. */
function fillOutcomes(rows: readonly Columns[], links: readonly SpooledLink[]): Ended[] {
  const decisions = new Map<string, Columns>();
  const elsewhere: Ended[] = [];
  for (const [index, { event }] of links.entries()) {
    const row = rows[index];
    if (row && event.kind === 'statement.decided') decisions.set(event.id, row);
    const { kind, intentId, outcome, at } = event;
    if (kind !== 'statement.finished' || intentId === undefined || outcome === undefined) continue;
    const decision = decisions.get(intentId);
    if (!decision) elsewhere.push({ intentId, outcome, at });
    else if (decision.finishedAt === null) Object.assign(decision, outcomeColumns(outcome, at));
  }
  return elsewhere;
}
