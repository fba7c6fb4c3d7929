import type { PoolClient } from 'pg';
import { outcomeColumns } from './audit-row.js';
import { type Ended, ROW_COLUMNS, type RowColumn, type RowTexts } from './ingest-rows.js';

/** What has been stored of an agent's chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
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

const parameter = ({ type, write }: RowColumn, n: number): string => {
  const text = `convert_from($${n}, 'UTF8')`;
  return write === 'json' ? `string_to_array(${text}, E'\\x01')` : `${text}::${type}[]`;
};
const NAMES = ROW_COLUMNS.map(({ name }) => name).join(', ');

/** COPY is refused under row-level security, so it is one INSERT over arrays: a column each, whatever the number of rows. */
const INSERT = `insert into audit_event (org_id, agent_id, environment_id, ${NAMES})
  select $1, $2, $3, ${ROW_COLUMNS.map(({ name, read }) => read ?? name).join(', ')}
  from unnest(${ROW_COLUMNS.map((column, i) => parameter(column, i + 4)).join(', ')}) as event_row(${NAMES})`;

/** What makes their texts found (`NEIGHBOUR_COLUMNS`). */
const INSERT_WORDS = `insert into audit_words (org_id, agent_id, first_seq, last_seq, first_at, last_at, words)
  select $1, $2, n.* from unnest(${['bigint', 'bigint', 'timestamptz', 'timestamptz', 'text']
    .map((type, i) => `string_to_array(convert_from($${i + 3}, 'UTF8'), E'\\x01')::${type}[]`)
    .join(', ')}) n`;

/** Appends events to an agent's chain, whose new head is `last`. */
export async function appendEvents(
  client: PoolClient,
  agent: { readonly id: string; readonly orgId: string; readonly environmentId: string },
  { columns, neighbours, endedEarlier }: RowTexts,
  last: ChainHead,
): Promise<void> {
  const values = [agent.orgId, agent.id, agent.environmentId, ...columns];
  await client.query({ name: 'append-audit-events', text: INSERT, values });
  await client.query({
    name: 'append-audit-words',
    text: INSERT_WORDS,
    values: [agent.orgId, agent.id, ...neighbours],
  });
  await endEarlierDecisions(client, agent.id, endedEarlier);
  await client.query({
    name: 'move-audit-chain',
    text: 'update agent set audit_seq = $2, audit_hash = $3 where id = $1',
    values: [agent.id, last.seq, last.hash],
  });
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
