import type { RemovedStretch } from '@postern/core/audit';
import type { PoolClient } from 'pg';

/** A chain of the organisation: an agent's, or its own. */
export interface ChainRow {
  id: string;
  /** Null: the organisation's own. Of an id that is no agent's the name is empty: nobody enrolled it. */
  name: string | null;
  isAgent: boolean;
  headSeq: number;
  headHash: string;
}

/** All chains: those that have a head, and whatever agents the trail itself names. */
export async function listChains(client: PoolClient, orgId: string): Promise<ChainRow[]> {
  const { rows } = await client.query<ChainRow>(
    `with recursive named(agent_id) as (
       (select agent_id from audit_event where agent_id is not null order by agent_id limit 1)
       union all
       select (select e.agent_id from audit_event e where e.agent_id > n.agent_id order by e.agent_id limit 1)
       from named n where n.agent_id is not null)
     select $1::uuid as id, null as name, false as "isAgent", coalesce(max(seq), 0)::float8 as "headSeq",
       coalesce(max(hash), repeat('0', 64)) as "headHash", 0 as first from org_audit_chain
     union all
     select id, name, true, audit_seq::float8, audit_hash, 1 from agent
     union all
     select agent_id, '', true, 0, repeat('0', 64), 2 from named
      where agent_id is not null and agent_id not in (select id from agent)
     order by first, name, id`,
    [orgId],
  );
  return rows;
}

export async function removedStretches(client: PoolClient, chainId: string): Promise<RemovedStretch[]> {
  const { rows } = await client.query<RemovedStretch>(
    `select from_seq::float8 as "fromSeq", to_seq::float8 as "toSeq", last_hash as "lastHash"
     from audit_expired where chain_id = $1 order by from_seq`,
    [chainId],
  );
  return rows;
}

/** What was removed by retention, as the trail itself tells: chain, first and last number. */
export async function recordedRemovals(client: PoolClient, chainId: string): Promise<[number, number][]> {
  const { rows } = await client.query<{ from: number; to: number }>(
    `select (s ->> 'fromSeq')::float8 as from, (s ->> 'toSeq')::float8 as to
     from audit_event e, json_array_elements(e.event -> 'after' -> 'removed') s
     where e.kind = 'audit.expired' and e.agent_id is null and s ->> 'chain' = $1`,
    [chainId],
  );
  return rows.map((row) => [row.from, row.to]);
}

/** A row as it is stored; the event's text is the truth, the rest what searches are shown. */
export interface StoredRow {
  [column: string]: unknown;
  seq: number;
  hash: string;
  text: string;
  id: string;
  at: Date;
  searchText: string;
  receivedAt: Date;
}

const ofChain = (isAgent: boolean) => (isAgent ? 'e.agent_id = $1' : 'e.org_id = $1 and e.agent_id is null');

const ROW = `e.seq::float8 as seq, encode(e.hash, 'hex') as hash, e.event::text as text, e.id, e.at, e.kind, e.path,
  e.actor_id as "actorId", e.actor_label as "actorLabel", e.decision, e.connection_slug as "connectionSlug", e.required,
  e.relations, host(e.client_address) as "clientAddress", e.client_application as "clientApplication",
  e.intent_id as "intentId", e.status, e.duration_ms as "durationMs", e.row_count::float8 as "rowCount",
  e.result_bytes::float8 as "resultBytes", e.sqlstate, e.search_text as "searchText", e.received_at as "receivedAt"`;

export async function chainPage(
  client: PoolClient,
  chain: Pick<ChainRow, 'id' | 'isAgent'>,
  range: { readonly afterSeq: number; readonly toSeq: number; readonly limit: number },
): Promise<StoredRow[]> {
  const { rows } = await client.query<StoredRow>(
    `select ${ROW} from audit_event e where ${ofChain(chain.isAgent)} and e.seq > $2 and e.seq <= $3
     order by e.seq, e.received_at limit $4`,
    [chain.id, range.afterSeq, range.toSeq, range.limit],
  );
  return rows;
}

/** First and last number of a chain within a time; null: nothing is there. */
export async function seqRange(
  client: PoolClient,
  chain: Pick<ChainRow, 'id' | 'isAgent'>,
  from: Date | undefined,
  to: Date | undefined,
): Promise<{ first: number | null; last: number | null }> {
  const { rows } = await client.query<{ first: number | null; last: number | null }>(
    `select min(e.seq)::float8 as first, max(e.seq)::float8 as last from audit_event e
     where ${ofChain(chain.isAgent)} and e.at >= $2 and e.at < $3`,
    [chain.id, from ?? '-infinity', to ?? 'infinity'],
  );
  return rows[0] ?? { first: null, last: null };
}

export async function hashAt(
  client: PoolClient,
  chain: Pick<ChainRow, 'id' | 'isAgent'>,
  seq: number,
): Promise<string | undefined> {
  const { rows } = await client.query<{ hash: string }>(
    `select encode(e.hash, 'hex') as hash from audit_event e where ${ofChain(chain.isAgent)} and e.seq = $2 limit 1`,
    [chain.id, seq],
  );
  return rows[0]?.hash;
}

/**
 * Number of the first decision in a stretch whose outcome columns are not those of its end: another end, an end that does not
 * exist, or an end that the decision does not show.
 */
export async function wrongOutcome(
  client: PoolClient,
  agentId: string,
  fromSeq: number,
  toSeq: number,
): Promise<number | null> {
  const { rows } = await client.query<{ seq: number | null }>(
    `select least(
       (select min(d.seq) from audit_event d left join audit_event f
           on f.org_id = d.org_id and f.at = d.finished_at and f.intent_id = d.id and f.agent_id = d.agent_id
          and f.kind = 'statement.finished'
        where d.agent_id = $1 and d.seq between $2 and $3 and d.kind = 'statement.decided'
          and (d.finished_at is not null or d.status is not null)
          and (f.status, f.duration_ms, f.row_count, f.result_bytes, f.sqlstate)
            is distinct from (d.status, d.duration_ms, d.row_count, d.result_bytes, d.sqlstate)),
       (select min(f.seq) from audit_event f join audit_event d on d.id = f.intent_id and d.agent_id = f.agent_id
        where f.agent_id = $1 and f.seq between $2 and $3 and f.kind = 'statement.finished' and f.status is not null
          and d.kind = 'statement.decided' and d.finished_at is null))::float8 as seq`,
    [agentId, fromSeq, toSeq],
  );
  return rows[0]?.seq ?? null;
}

/** Where searches look for the texts of a stretch of a chain. */
export interface StoredWords {
  firstSeq: number;
  lastSeq: number;
  firstAt: Date;
  lastAt: Date;
  words: string;
}

export async function storedWords(
  client: PoolClient,
  chain: Pick<ChainRow, 'id' | 'isAgent'>,
  fromSeq: number,
  toSeq: number,
): Promise<StoredWords[]> {
  const { rows } = await client.query<StoredWords>(
    `select e.first_seq::float8 as "firstSeq", e.last_seq::float8 as "lastSeq", e.first_at as "firstAt", e.last_at as "lastAt", e.words
     from audit_words e where ${ofChain(chain.isAgent)} and e.last_seq >= $2 and e.first_seq <= $3 order by e.last_seq`,
    [chain.id, fromSeq, toSeq],
  );
  return rows;
}

/** The first event that stands in no chain. */
export async function firstUnchained(client: PoolClient): Promise<{ id: string } | undefined> {
  const { rows } = await client.query<{ id: string }>(
    'select id from audit_event where agent_id is null and seq is null order by at limit 1',
  );
  return rows[0];
}
