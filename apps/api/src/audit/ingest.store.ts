import type { ReadableEvent } from '@postern/core/audit';
import type { PoolClient } from 'pg';
import { type AuditRowColumns, auditRow, outcomeColumns } from './audit-row.js';

/** What has been stored of an agent's chain. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** A link of a chain, checked, with the canonical text of its event. */
export interface CheckedLink {
  readonly seq: number;
  readonly hash: string;
  readonly event: ReadableEvent;
  readonly text: string;
}

/** Takes the agent's chain for this transaction: its pushes are stored one after another. */
export async function lockChain(client: PoolClient, agentId: string): Promise<ChainHead | undefined> {
  const { rows } = await client.query<{ audit_seq: string; audit_hash: string }>({
    name: 'lock-audit-chain',
    text: 'select audit_seq, audit_hash from agent where id = $1 for update',
    values: [agentId],
  });
  const row = rows[0];
  return row && { seq: Number(row.audit_seq), hash: row.audit_hash };
}

type Columns = AuditRowColumns & { event: string };

/** How a column's values travel as one array: `plain` ones hold nothing that an array's text would have to quote. */
type Form = 'plain' | 'quoted' | 'json';

/** Column, its type, the field, its form, and how it is read where its array is of another type. */
const COLUMNS: readonly [name: string, type: string, field: keyof Columns, form: Form, read?: string][] = [
  ['id', 'uuid', 'id', 'plain'],
  ['at', 'timestamptz', 'at', 'plain'],
  ['kind', 'text', 'kind', 'quoted'],
  ['path', 'text', 'path', 'quoted'],
  ['actor_id', 'text', 'actorId', 'quoted'],
  ['actor_label', 'text', 'actorLabel', 'quoted'],
  ['decision', 'text', 'decision', 'quoted'],
  ['environment_id', 'uuid', 'environmentId', 'plain'],
  ['connection_slug', 'text', 'connectionSlug', 'quoted'],
  ['required', 'smallint', 'required', 'plain'],
  ['relations', 'text', 'relations', 'quoted', 'relations::text[]'],
  ['client_address', 'inet', 'clientAddress', 'quoted'],
  ['client_application', 'text', 'clientApplication', 'quoted'],
  ['intent_id', 'uuid', 'intentId', 'plain'],
  ['status', 'text', 'status', 'quoted'],
  ['duration_ms', 'float8', 'durationMs', 'plain'],
  ['row_count', 'bigint', 'rowCount', 'plain'],
  ['result_bytes', 'bigint', 'resultBytes', 'plain'],
  ['sqlstate', 'text', 'sqlstate', 'quoted'],
  ['finished_at', 'timestamptz', 'finishedAt', 'plain'],
  ['agent_id', 'uuid', 'agentId', 'plain'],
  ['seq', 'bigint', 'seq', 'plain'],
  ['hash', 'text', 'hash', 'plain', "decode(hash, 'hex')"],
  ['search_text', 'text', 'searchText', 'quoted'],
  ['event', 'text', 'event', 'json', 'event::json'],
];
const NAMES = COLUMNS.map(([name]) => name).join(', ');

/** No JSON holds a bare control character (RFC 8259, 7), so texts of JSON need no quoting between two of these. */
const BETWEEN_JSON = '\u0001';
const parameter = (type: string, form: Form, n: number): string =>
  form === 'json' ? `string_to_array($${n}, E'\\x01')` : `$${n}::${type}[]`;

/** COPY is refused under row-level security, so it is one INSERT over arrays: a column each, whatever the number of rows. */
const INSERT = `insert into audit_event (org_id, ${NAMES})
  select $1, ${COLUMNS.map(([name, , , , read]) => read ?? name).join(', ')}
  from unnest(${COLUMNS.map(([, type, , form], i) => parameter(type, form, i + 2)).join(', ')}) as event_row(${NAMES})`;

/** A column of the rows as PostgreSQL reads arrays. pg's own way of writing them takes most of the time of a push. */
function columnText(rows: readonly Columns[], field: keyof Columns, form: Form): string {
  let text = '';
  for (const row of rows) {
    const value = row[field];
    text += text === '' ? '' : form === 'json' ? BETWEEN_JSON : ',';
    if (form === 'json') text += value;
    else if (value === null) text += 'NULL';
    else if (form === 'plain') text += value;
    // `unnest` would take an array of arrays apart altogether, so an inner one travels as its text.
    else text += quoted(Array.isArray(value) ? `{${value.map(quoted).join(',')}}` : String(value));
  }
  return form === 'json' ? text : `{${text}}`;
}

const quoted = (text: string): string => `"${/["\\]/.test(text) ? text.replace(/["\\]/g, '\\$&') : text}"`;

interface Ended {
  readonly intentId: string;
  readonly at: string;
  readonly outcome: NonNullable<ReadableEvent['outcome']>;
}

/** Appends events to an agent's chain and moves its head. */
export async function appendEvents(
  client: PoolClient,
  agent: { readonly id: string; readonly orgId: string; readonly environmentId: string },
  links: readonly CheckedLink[],
): Promise<void> {
  const last = links.at(-1);
  if (!last) return;
  const place = { agentId: agent.id, environmentId: agent.environmentId };
  const rows: Columns[] = links.map(({ seq, hash, event, text }) =>
    Object.assign(auditRow(event, { ...place, seq, hash }), { event: text }),
  );
  const elsewhere = fillOutcomes(rows, links);
  const values = COLUMNS.map(([, , field, form]) => columnText(rows, field, form));
  await client.query({ name: 'append-audit-events', text: INSERT, values: [agent.orgId, ...values] });
  await endEarlierDecisions(client, agent.id, elsewhere);
  await client.query({
    name: 'move-audit-chain',
    text: 'update agent set audit_seq = $2, audit_hash = $3 where id = $1',
    values: [agent.id, last.seq, last.hash],
  });
}

/** Puts ends onto the decisions of the same push (most are: a statement takes milliseconds); answers with the others. */
function fillOutcomes(rows: Columns[], links: readonly CheckedLink[]): Ended[] {
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

/** Clocks step: a decision is looked for this much before its end minus its duration, and after its end. */
const CLOCK_SLACK_MS = 3_600_000;

/** Only the agent that decided can say how it ended, and only once. */
const END = `update audit_event d set status = e.status, duration_ms = e.duration_ms, row_count = e.row_count,
    result_bytes = e.result_bytes, sqlstate = e.sqlstate, finished_at = e.finished_at
  from unnest($2::uuid[], $3::text[], $4::float8[], $5::bigint[], $6::bigint[], $7::text[], $8::timestamptz[])
    as e(id, status, duration_ms, row_count, result_bytes, sqlstate, finished_at)
  where d.id = e.id and d.agent_id = $1 and d.kind = 'statement.decided' and d.finished_at is null
    and d.at >= $9 and d.at <= $10`;

async function endEarlierDecisions(
  client: PoolClient,
  agentId: string,
  ended: readonly Ended[],
): Promise<void> {
  if (ended.length === 0) return;
  const rows = ended.map(({ outcome, at }) => outcomeColumns(outcome, at));
  const values = [
    agentId,
    ended.map(({ intentId }) => intentId),
    rows.map((row) => row.status),
    rows.map((row) => row.durationMs),
    rows.map((row) => row.rowCount),
    rows.map((row) => row.resultBytes),
    rows.map((row) => row.sqlstate),
    rows.map((row) => row.finishedAt),
  ];
  const ends = ended.map(({ at }) => Date.parse(at));
  const began = ended.map(({ outcome }, i) => (ends[i] ?? 0) - outcome.durationMs);
  const from = new Date(Math.min(...began) - CLOCK_SLACK_MS);
  const to = new Date(Math.max(...ends) + CLOCK_SLACK_MS);
  // The bounds keep it out of old partitions; a clock that stepped further costs a look into all of them.
  const { rowCount } = await client.query(END, [...values, from, to]);
  if (rowCount !== ended.length) await client.query(END, [...values, '-infinity', 'infinity']);
}
