import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type AuditEvent, CHAIN_START, type ChainedEvent, canonicalJson, chain } from '@postern/core/audit';
import type { Stack } from '@postern/infra/stack';
import { AUDIT_BATCH_MAX } from '@postern/protocol/audit-push';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { EventIds } from '../../apps/agent/dist/audit/event-id.js';
import { sha256Hex } from '../../apps/agent/dist/audit/sha256.js';
import { ApiClient } from '../../apps/agent/dist/link/api-client.js';
import { pushAudit } from '../../apps/agent/dist/link/calls.js';
import { enrol } from '../../apps/agent/dist/link/enrol.js';
import { type AuditRowColumns, auditRow, outcomeColumns } from '../../apps/api/dist/audit/audit-row.js';
import { neighboursOf } from '../../apps/api/dist/audit/audit-words.js';
import type { Benchmark } from './harness.js';

/** An agent of its own, so that its chain is ours to write. */
export async function enrolled({ organisation, urls }: Stack, name: string): Promise<ApiClient> {
  const { createEnrolmentToken } = await organisation.owner.request<{
    createEnrolmentToken: { token: string };
  }>(
    'mutation ($orgId: ID!, $environmentId: ID!, $name: String!) { createEnrolmentToken(orgId: $orgId, environmentId: $environmentId, name: $name) { token } }',
    { orgId: organisation.orgId, environmentId: organisation.environmentId, name },
  );
  const { token } = createEnrolmentToken;
  return new ApiClient(
    urls.api,
    await enrol({ apiUrl: urls.api, name, token, consoleUrl: 'http://localhost:1' }),
  );
}

/** As many agents push, and as many connections copy, at a time. */
const LANES = 4;
const TABLES = ['orders', 'customers', 'payments', 'invoices', 'line_items', 'shipments'];
const ids = new EventIds();

/** What an agent records of statement `n`: its decision, and its end. */
function statement(n: number, hash: string): AuditEvent[] {
  const table = TABLES[n % TABLES.length] ?? 'orders';
  const text = `select id, number, status, placed_at from ${table} where customer_id = ${(n * 7919) % 100_000} order by placed_at desc limit 20`;
  const both = {
    at: new Date().toISOString(),
    path: 'wire' as const,
    actor: { type: 'user' as const, id: `user-${n % 50}`, label: `person${n % 50}@acme.example` },
    connection: { id: 'production', slug: 'production' },
    sessionId: `session-${n % 50}`,
    client: { address: `10.0.0.${n % 50}:40000`, application: 'psql' },
  };
  const id = ids.next(Date.now());
  return [
    {
      ...both,
      ...{ id, kind: 'statement.decided', decision: 'allowed', policyVersion: 7, ruleIds: ['rule'] },
      statement: { text, bytes: text.length, sha256: hash, truncated: false, kinds: ['SELECT'] },
      ...{ required: ['read'], held: ['read', 'explain'], relations: [`public.${table}`] },
    },
    {
      ...both,
      ...{ id: ids.next(Date.now()), kind: 'statement.finished', intentId: id },
      outcome: { status: 'succeeded', rows: n % 20, durationMs: 0.4 + (n % 30) / 10, sqlstate: null },
    },
  ];
}

/** Full batches of one chain, made before anything is measured. */
export function batchesOf(count: number): ChainedEvent[][] {
  let [hash, seq] = [CHAIN_START, 0];
  return Array.from({ length: count }, (_, index) => {
    const events = Array.from({ length: AUDIT_BATCH_MAX / 2 }, (_, n) =>
      statement(index * AUDIT_BATCH_MAX + n, hash),
    );
    return events.flat().map((event) => {
      seq += 1;
      const link = chain(hash, seq, event, sha256Hex);
      hash = link.hash;
      return link;
    });
  });
}

const COLUMNS: readonly (readonly [string, keyof AuditRowColumns])[] = [
  ...([
    ['id', 'id'],
    ['at', 'at'],
    ['kind', 'kind'],
    ['path', 'path'],
    ['actor_id', 'actorId'],
  ] as const),
  ...([
    ['actor_label', 'actorLabel'],
    ['decision', 'decision'],
    ['environment_id', 'environmentId'],
  ] as const),
  ...([
    ['connection_slug', 'connectionSlug'],
    ['required', 'required'],
    ['relations', 'relations'],
  ] as const),
  ...([
    ['client_address', 'clientAddress'],
    ['client_application', 'clientApplication'],
  ] as const),
  ...([
    ['intent_id', 'intentId'],
    ['status', 'status'],
    ['duration_ms', 'durationMs'],
  ] as const),
  ...([
    ['row_count', 'rowCount'],
    ['sqlstate', 'sqlstate'],
    ['finished_at', 'finishedAt'],
  ] as const),
  ...([
    ['agent_id', 'agentId'],
    ['seq', 'seq'],
    ['hash', 'hash'],
    ['search_text', 'searchText'],
  ] as const),
];

const field = (value: unknown): string => {
  if (value === null || value === undefined) return '\\N';
  const text = Array.isArray(value) ? `{${value.join(',')}}` : String(value);
  return text.replace(/[\\\t\n]/g, (c) => (c === '\t' ? '\\t' : c === '\n' ? '\\n' : '\\\\'));
};

const WORDS = ['firstSeq', 'lastSeq', 'firstAt', 'lastAt', 'words'] as const;
const WORD_COLUMNS = 'org_id, agent_id, first_seq, last_seq, first_at, last_at, words';
const linesFrom = (rows: readonly (readonly unknown[])[]): string =>
  `${rows.map((row) => row.map(field).join('\t')).join('\n')}\n`;

/** The lines of a batch as COPY takes them, of both tables: the rows that ingestion makes of the same events. */
function linesOf(
  links: readonly ChainedEvent[],
  org: string,
  place: { agentId: string; environmentId: string },
) {
  const rows = links.map(({ seq, hash, event }, index) => {
    const row = auditRow(event, { ...place, seq, hash: `\\x${hash}` });
    const end = links[index + 1]?.event;
    if (end?.intentId === event.id) Object.assign(row, outcomeColumns(end.outcome, end.at));
    return row;
  });
  const events = rows.map((row, n) => [
    org,
    canonicalJson(links[n]?.event),
    ...COLUMNS.map(([, name]) => row[name]),
  ]);
  const words = neighboursOf(rows).map((each) => [org, place.agentId, ...WORDS.map((name) => each[name])]);
  return { events: linesFrom(events), words: linesFrom(words) };
}

/** The same two tables without tenancy, what searches look into, filled by COPY as its owner: the fastest way in that PostgreSQL has. */
async function copyLanes(url: string, batches: readonly ChainedEvent[][][]) {
  const names = ['org_id', 'event', ...COLUMNS.map(([name]) => name)].join(', ');
  const org = randomUUID();
  const lanes = await Promise.all(
    batches.map(async (own) => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const place = { agentId: randomUUID(), environmentId: randomUUID() };
      const lines = own.map((links) => linesOf(links, org, place));
      return { client, lines };
    }),
  );
  for (const table of ['audit_event', 'audit_words'])
    await lanes[0]?.client.query(`create table bench_${table} (like ${table} including all)`);
  const copy = (client: pg.Client, into: string, lines: string) =>
    pipeline(Readable.from([lines]), client.query(copyFrom(`copy bench_${into} from stdin`)));
  return {
    lanes: lanes.map(({ client, lines }) => async () => {
      const next = lines.shift();
      if (next === undefined) throw new Error('no batch is left');
      // One transaction, as a push is.
      await client.query('begin');
      await copy(client, `audit_event (${names})`, next.events);
      await copy(client, `audit_words (${WORD_COLUMNS})`, next.words);
      await client.query('commit');
    }),
    close: () => Promise.all(lanes.map(({ client }) => client.end())),
  };
}

/** As it stands in the agent's spool. */
export const spooled = ({ seq, prevHash, hash, event }: ChainedEvent) => ({
  seq,
  json: Buffer.from(
    `{"seq":${seq},"prevHash":"${prevHash}","hash":"${hash}","event":${canonicalJson(event)}}`,
  ),
});

/** All lanes at once, each one batch after another. */
const inLanes =
  (lanes: readonly (() => Promise<unknown>)[]) =>
  async (batch: number): Promise<void> => {
    await Promise.all(
      lanes.map(async (once) => {
        for (let n = 0; n < batch / lanes.length; n += 1) await once();
      }),
    );
  };

export const auditIngestion: Benchmark = {
  name: 'audit-ingestion',
  title: `Audit ingestion, per event, ${LANES} agents with batches of ${AUDIT_BATCH_MAX}, against as many COPYs into the same tables`,
  prepare: async ({ quick, rounds }, startedStack) => {
    const stack = await startedStack();
    const batch = LANES * (quick ? 1 : 4);
    const needed = ((rounds + 1) * batch) / LANES;
    const chains = Array.from({ length: LANES }, () => batchesOf(needed));
    const copying = await copyLanes(stack.postgres.superuserUrl('postern'), chains);
    const pushing = await Promise.all(
      chains.map(async (batches, n) => {
        const api = await enrolled(stack, `bench-${n}`);
        const waiting = batches.map((links) => links.map(spooled));
        return () => {
          const events = waiting.shift();
          if (events === undefined) throw new Error('no batch is left');
          return pushAudit(api, events, AbortSignal.timeout(30_000));
        };
      }),
    );
    return {
      batch,
      things: AUDIT_BATCH_MAX,
      contenders: [
        { name: `COPY, ${LANES} connections`, all: inLanes(copying.lanes) },
        { name: 'signed pushes: chains checked, exactly once', all: inLanes(pushing) },
      ],
      close: async () => void (await copying.close()),
    };
  },
};
