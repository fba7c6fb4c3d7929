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

/** Column, its type as it is sent, the field, and how it is read where that is another type. */
const COLUMNS: readonly [name: string, type: string, field: keyof Columns, read?: string][] = [
  ['id', 'uuid', 'id'],
  ['at', 'timestamptz', 'at'],
  ['kind', 'text', 'kind'],
  ['path', 'text', 'path'],
  ['actor_id', 'text', 'actorId'],
  ['actor_label', 'text', 'actorLabel'],
  ['decision', 'text', 'decision'],
  ['environment_id', 'uuid', 'environmentId'],
  ['connection_slug', 'text', 'connectionSlug'],
  ['required', 'smallint', 'required'],
  ['relations', 'text', 'relations', 'relations::text[]'],
  ['client_address', 'inet', 'clientAddress'],
  ['client_application', 'text', 'clientApplication'],
  ['intent_id', 'uuid', 'intentId'],
  ['status', 'text', 'status'],
  ['duration_ms', 'float8', 'durationMs'],
  ['row_count', 'bigint', 'rowCount'],
  ['result_bytes', 'bigint', 'resultBytes'],
  ['sqlstate', 'text', 'sqlstate'],
  ['finished_at', 'timestamptz', 'finishedAt'],
  ['agent_id', 'uuid', 'agentId'],
  ['seq', 'bigint', 'seq'],
  ['hash', 'text', 'hash', "decode(hash, 'hex')"],
  ['search_text', 'text', 'searchText'],
  ['event', 'json', 'event'],
];
const NAMES = COLUMNS.map(([name]) => name).join(', ');

/** COPY is refused under row-level security, so it is one INSERT over arrays: a column each, whatever the number of rows. */
const INSERT = `insert into audit_event (org_id, ${NAMES})
  select $1, ${COLUMNS.map(([name, , , read]) => read ?? name).join(', ')}
  from unnest(${COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')}) as event_row(${NAMES})`;

/** An array as PostgreSQL writes one. pg's own way of writing them takes most of the time of a push. */
const arrayText = (items: readonly (string | number | null)[]): string =>
  `{${items.map(elementText).join(',')}}`;

function elementText(item: string | number | null): string {
  if (item === null) return 'NULL';
  if (typeof item === 'number') return String(item);
  return /["\\]/.test(item) ? `"${item.replace(/["\\]/g, '\\$&')}"` : `"${item}"`;
}

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
  const rows: Columns[] = links.map(({ seq, hash, event, text }) => ({
    ...auditRow(event, { ...place, seq, hash }),
    event: text,
  }));
  const elsewhere = fillOutcomes(rows, links);
  const values = COLUMNS.map(([, , field]) => arrayText(rows.map((row) => scalar(row[field]))));
  await client.query({ name: 'append-audit-events', text: INSERT, values: [agent.orgId, ...values] });
  await endEarlierDecisions(client, agent.id, elsewhere);
  await client.query({
    name: 'move-audit-chain',
    text: 'update agent set audit_seq = $2, audit_hash = $3 where id = $1',
    values: [agent.id, last.seq, last.hash],
  });
}

/** `unnest` would take an array of arrays apart altogether, so an inner one travels as its text. */
const scalar = (value: Columns[keyof Columns]): string | number | null =>
  Array.isArray(value) ? arrayText(value) : value;

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
