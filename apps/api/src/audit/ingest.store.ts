import type { ChainedEvent } from '@postern/core/audit';
import type { PoolClient } from 'pg';
import { auditRow } from './audit-row.js';

/** What has been stored of an agent's chain. */
export interface ChainHead {
  seq: number;
  hash: string;
}

/** Takes the agent's chain for this transaction: its pushes are stored one after another. */
export async function lockChain(client: PoolClient, agentId: string): Promise<ChainHead | undefined> {
  const { rows } = await client.query<{ audit_seq: string; audit_hash: string }>(
    'select audit_seq, audit_hash from agent where id = $1 for update',
    [agentId],
  );
  const row = rows[0];
  return row && { seq: Number(row.audit_seq), hash: row.audit_hash };
}

const COLUMNS = [
  ['id', 'uuid', 'id'],
  ['at', 'timestamptz', 'at'],
  ['kind', 'text', 'kind'],
  ['actor_id', 'text', 'actorId'],
  ['actor_label', 'text', 'actorLabel'],
  ['decision', 'text', 'decision'],
  ['connection_slug', 'text', 'connectionSlug'],
  ['intent_id', 'uuid', 'intentId'],
  ['agent_id', 'uuid', 'agentId'],
  ['seq', 'bigint', 'seq'],
  ['prev_hash', 'text', 'prevHash'],
  ['hash', 'text', 'hash'],
  ['search_text', 'text', 'searchText'],
  ['event', 'json', 'event'],
] as const;

/** COPY is refused under row-level security, so it is one INSERT over arrays: a column each, whatever the number of rows. */
const INSERT = `insert into audit_event (org_id, ${COLUMNS.map(([name]) => name).join(', ')})
  select $1, * from unnest(${COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ')})`;

/** Appends events to an agent's chain and moves its head. */
export async function appendEvents(
  client: PoolClient,
  orgId: string,
  agentId: string,
  links: readonly ChainedEvent[],
): Promise<void> {
  const last = links.at(-1);
  if (!last) return;
  const rows = links.map((chained) => auditRow(orgId, chained.event, { agentId, chained }));
  const values = COLUMNS.map(([, , field]) =>
    rows.map((row) => (field === 'event' ? JSON.stringify(row.event) : row[field])),
  );
  await client.query({ name: 'append-audit-events', text: INSERT, values: [orgId, ...values] });
  await client.query('update agent set audit_seq = $2, audit_hash = $3 where id = $1', [
    agentId,
    last.seq,
    last.hash,
  ]);
}
