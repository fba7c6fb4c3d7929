import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CHAIN_START, type ChainedEvent, chain } from '@postern/core/audit';
import type { Stack } from '@postern/infra/stack';
import { AUDIT_BATCH_MAX } from '@postern/protocol/audit-push';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { ApiClient } from '../../apps/agent/dist/link/api-client.js';
import { pushAudit } from '../../apps/agent/dist/link/calls.js';
import { enrol } from '../../apps/agent/dist/link/enrol.js';
import type { Benchmark } from './harness.js';

/** An agent of its own, so that its chain is ours to write. */
async function enrolled({ organisation, urls }: Stack): Promise<ApiClient> {
  const { createEnrolmentToken } = await organisation.owner.request<{
    createEnrolmentToken: { token: string };
  }>(
    'mutation ($orgId: ID!, $environmentId: ID!, $name: String!) { createEnrolmentToken(orgId: $orgId, environmentId: $environmentId, name: $name) { token } }',
    { orgId: organisation.orgId, environmentId: organisation.environmentId, name: 'bench' },
  );
  const { token } = createEnrolmentToken;
  return new ApiClient(
    urls.api,
    await enrol({ apiUrl: urls.api, name: 'bench', token, consoleUrl: 'http://localhost:1' }),
  );
}

const SQL =
  'select id, number, status, placed_at from orders where customer_id = 4711 order by placed_at desc limit 20';

/** The next full batch of a chain, with the events of allowed statements. */
function* batches(): Generator<ChainedEvent[], never> {
  let [hash, seq] = [CHAIN_START, 0];
  for (;;) {
    const batch: ChainedEvent[] = [];
    while (batch.length < AUDIT_BATCH_MAX) {
      seq += 1;
      const link = chain(hash, seq, {
        ...{
          id: randomUUID(),
          at: new Date().toISOString(),
          kind: 'statement.decided',
          decision: 'allowed',
          path: 'console',
        },
        actor: { type: 'user', id: `user-${seq % 50}`, label: `person${seq % 50}@acme.example` },
        connection: { id: 'production', slug: 'production' },
        statement: {
          text: `${SQL} /* ${seq} */`,
          bytes: SQL.length + 8,
          sha256: hash,
          truncated: false,
          kinds: ['SELECT'],
        },
        ...{
          required: ['read'],
          held: ['read', 'explain'],
          ruleIds: ['rule'],
          policyVersion: 7,
          sessionId: 'session',
        },
      });
      hash = link.hash;
      batch.push(link);
    }
    yield batch;
  }
}

/** The same table without tenancy, filled by COPY as its owner: the fastest way in that PostgreSQL has. */
async function copyTable(
  url: string,
): Promise<{ client: pg.Client; copy(links: readonly ChainedEvent[]): Promise<void> }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table bench_audit (like audit_event including all)');
  const columns =
    'id, org_id, at, kind, actor_id, actor_label, decision, connection_slug, agent_id, seq, hash, search_text, event';
  const [org, agent] = [randomUUID(), randomUUID()];
  const copy = async (links: readonly ChainedEvent[]): Promise<void> => {
    const lines = links.map(({ seq, hash, event }) => {
      const text = event.statement?.text ?? '';
      const fields = [
        event.id,
        org,
        event.at,
        event.kind,
        event.actor.id,
        event.actor.label,
        event.decision,
        'production',
      ];
      return [
        ...fields,
        agent,
        seq,
        `\\\\x${hash}`,
        text,
        JSON.stringify(event).replaceAll('\\', '\\\\'),
      ].join('\t');
    });
    await pipeline(
      Readable.from([`${lines.join('\n')}\n`]),
      client.query(copyFrom(`copy bench_audit (${columns}) from stdin`)),
    );
  };
  return { client, copy };
}

/** As it stands in the agent's spool. */
const spooled = (link: ChainedEvent) => ({ seq: link.seq, json: Buffer.from(JSON.stringify(link)) });

export const auditIngestion: Benchmark = {
  name: 'audit-ingestion',
  title: `Audit ingestion, per event, in batches of ${AUDIT_BATCH_MAX}, against COPY into the same table`,
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    const api = await enrolled(stack);
    const { client, copy } = await copyTable(stack.postgres.superuserUrl('postern'));
    const [pushed, copied] = [batches(), batches()];
    return {
      batch: quick ? 2 : 10,
      things: AUDIT_BATCH_MAX,
      contenders: [
        { name: 'COPY, one connection', once: () => copy(copied.next().value) },
        {
          name: 'signed push: chain checked, exactly once',
          once: () => pushAudit(api, pushed.next().value.map(spooled), AbortSignal.timeout(30_000)),
        },
      ],
      close: () => client.end(),
    };
  },
};
