import { createServer as createHttpServer, request } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { Stack } from '@postern/infra/stack';
import { AUDIT_BATCH_MAX } from '@postern/protocol/audit-push';
import pg from 'pg';
import { pushAudit } from '../../apps/agent/dist/link/calls.js';
import type { Config } from '../../apps/api/dist/config.js';
import { Forward } from '../../apps/api/dist/integrations/forward.js';
import type { SecretBox } from '../../apps/api/dist/integrations/secret-box.js';
import { Sender } from '../../apps/api/dist/integrations/sender.js';
import { TenantDb } from '../../apps/api/dist/tenancy/tenant-db.js';
import { batchesOf, enrolled, spooled } from './audit-ingestion.bench.js';
import type { Benchmark } from './harness.js';

/** As many events as a message to a SIEM has at most. */
const BATCH = 500;

/** Takes all that it is sent, by HTTP and by syslog, and looks at none of it. */
async function startSink() {
  const http = createHttpServer((incoming, answer) => {
    incoming.resume().on('end', () => answer.end());
  });
  const syslog = createTcpServer((socket) => {
    socket.resume().on('error', () => undefined);
  });
  for (const server of [http, syslog])
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const portOf = (server: typeof syslog) => (server.address() as AddressInfo).port;
  return {
    https: `http://127.0.0.1:${portOf(http)}/`,
    syslog: `syslog+tcp://127.0.0.1:${portOf(syslog)}`,
    close: () => {
      for (const server of [http, syslog]) server.close();
    },
  };
}

/** One chain with so many events, as an agent pushed it; answers with its id. */
async function pushChain(stack: Stack, client: pg.Client, events: number): Promise<string> {
  const agent = await enrolled(stack, 'bench-siem');
  for (const links of batchesOf(Math.ceil(events / AUDIT_BATCH_MAX)))
    await pushAudit(agent, links.map(spooled), AbortSignal.timeout(30_000));
  const { rows } = await client.query<{ id: string }>(
    "select id from agent where name = 'bench-siem' and audit_seq >= $1",
    [events],
  );
  if (rows[0] === undefined) throw new Error('not all events were pushed');
  return rows[0].id;
}

const post = (url: string, body: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (answer) => answer.resume().on('end', resolve));
    sent.on('error', reject).end(body);
  });

/** Destinations of every kind and format. */
async function makeDestinations(stack: Stack, client: pg.Client, sink: Record<'https' | 'syslog', string>) {
  const { owner, orgId } = stack.organisation;
  const made: { name: string; id: string }[] = [];
  for (const kind of ['https', 'syslog'] as const)
    for (const format of ['json', 'ocsf']) {
      const name = `${kind}, ${format}`;
      const url = kind === 'https' ? 'https://sink.invalid/' : 'syslog+tls://sink.invalid:6514';
      const integration = { name, kind, url, format, eventTypes: ['*'] };
      const { it } = await owner.request<{ it: { integration: { id: string } } }>(
        'mutation ($orgId: ID!, $integration: IntegrationInput!) { it: createIntegration(orgId: $orgId, integration: $integration) { integration { id } } }',
        { orgId, integration },
      );
      const { id } = it.integration;
      await client.query('update integration set url = $2 where id = $1', [id, sink[kind]]);
      made.push({ name, id });
    }
  return made;
}

export const siem: Benchmark = {
  name: 'siem',
  title: `Forwarding to a SIEM, per event, in messages of ${BATCH} events, against reading the same events and posting them as they are`,
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    // It would send as well.
    await stack.services.worker.stop();
    const { orgId } = stack.organisation;
    // Below what one run of a forwarder takes at most.
    const batch = quick ? 4 : 20;
    const url = stack.postgres.superuserUrl('postern');
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const chain = await pushChain(stack, client, batch * BATCH);
    const sink = await startSink();
    const destinations = await makeDestinations(stack, client, sink);
    // As the api's own login, under row-level security.
    const databaseUrl = `${url}?options=${encodeURIComponent('-c role=postern_app')}`;
    const config = { databaseUrl, allowPrivateDestinations: true } as Config;
    const db = new TenantDb(config);
    // None of these destinations has a secret to open.
    const forward = new Forward(db, new Sender({} as SecretBox, config));
    const head = `select coalesce(max(seq), 0) from audit_event where agent_id = '${chain}'`;

    const forwarded = (id: string) => async (count: number) => {
      await client.query(
        `update integration_cursor set seq = case when chain = '${chain}' then (${head}) - $2 else 9000000000000 end
          where integration_id = $1`,
        [id, count * BATCH],
      );
      await client.query(
        'update integration set claimed_until = null, next_attempt_at = now() where id = $1',
        [id],
      );
      await forward.run({ orgId, integrationId: id });
      const { rows } = await client.query<{ isDone: boolean; error: string | null }>(
        `select c.seq = (${head}) as "isDone", i.last_error as error from integration_cursor c join integration i on i.id = c.integration_id
          where i.id = $1 and c.chain = '${chain}'`,
        [id],
      );
      if (rows[0]?.isDone !== true) throw new Error(`not all was sent: ${rows[0]?.error ?? 'no reason'}`);
    };
    const plain = async (count: number) => {
      for (let n = 0; n < count; n += 1) {
        const { rows } = await client.query<{ event: string }>(
          `select event::text as event from audit_event where agent_id = '${chain}' and seq > $1 order by seq limit ${BATCH}`,
          [n * BATCH],
        );
        await post(sink.https, `[${rows.map(({ event }) => event).join(',')}]`);
      }
    };
    return {
      batch,
      things: BATCH,
      contenders: [
        { name: 'read and posted, one message after another', all: plain },
        ...destinations.map(({ name, id }) => ({ name, all: forwarded(id) })),
      ],
      close: async () => {
        sink.close();
        await client.query('delete from integration where id = any($1::uuid[])', [
          destinations.map(({ id }) => id),
        ]);
        await stack.services.worker.start();
        await db.onApplicationShutdown();
        await client.end();
      },
    };
  },
};
