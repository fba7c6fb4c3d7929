import { ConsoleClient } from '@postern/infra/console-client';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import { findRedisBinary, type RedisServer, startRedis } from '@postern/infra/redis';
import type { Stack } from '@postern/infra/stack';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, testStack } from '../stack.js';

interface Event {
  readonly id: string;
  readonly kind: string;
  readonly decision: string | null;
  readonly seq: number | null;
  readonly agentId: string | null;
  readonly outcome: { readonly status: string } | null;
}

/** Processes die and come back; what Postern promised holds all the while. */
describe.each(
  findRedisBinary() === undefined ? ['postgres' as const] : ['postgres' as const, 'redis' as const],
)('faults, jobs on %s', (queue) => {
  let stack: Stack;
  let sam: ConsoleClient;

  beforeAll(async () => {
    stack = await testStack({ queue, web: false });
    sam = await signIn();
  });
  afterAll(() => stack?.stop());

  async function signIn(): Promise<ConsoleClient> {
    const person = new GraphqlClient(stack.urls.graphql);
    await person.signIn(DEMO_PEOPLE.sam.email, stack.password);
    const console = new ConsoleClient(stack.urls.console);
    await console.signIn(person);
    return console;
  }

  async function search(text: string): Promise<readonly Event[]> {
    const { owner, orgId } = stack.organisation;
    const { auditEvents } = await owner.request<{ auditEvents: { edges: readonly { node: Event }[] } }>(
      'query ($orgId: ID!, $filter: AuditFilter) { auditEvents(orgId: $orgId, filter: $filter, first: 100) { edges { node { id kind decision seq agentId outcome { status } } } } }',
      { orgId, filter: { text } },
    );
    return auditEvents.edges.map(({ node }) => node);
  }

  const createRule = async (permission: string): Promise<{ id: string; version: number }> => {
    const { owner, orgId } = stack.organisation;
    const rule = {
      connection: 'production',
      permissions: [permission],
      members: [`user:${DEMO_PEOPLE.sam.email}`],
    };
    const { createRule } = await owner.request<{ createRule: { id: string; version: number } }>(
      'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id version } }',
      { orgId, rule },
    );
    return createRule;
  };
  const deleteRule = async (rule: { id: string; version: number }): Promise<void> => {
    const { owner, orgId } = stack.organisation;
    await owner.request(
      'mutation ($orgId: ID!, $id: ID!, $version: Int!) { deleteRule(orgId: $orgId, id: $id, version: $version) }',
      { orgId, ...rule },
    );
  };
  const maySay = async (sql: string): Promise<boolean> =>
    (await sam.check('production', sql)).body.allowed === true;

  it('the agent goes on while the api is down, and what it recorded arrives once', async () => {
    await stack.services.api.kill();
    for (let n = 1; n <= 5; n += 1) {
      const read = await sam.run('production', `select ${n} /* api-down-${queue} */`);
      expect(read.status).toBe(200);
      expect(read.body.error ?? null).toBeNull();
    }
    const refused = await sam.run('production', `delete from reviews /* api-down-${queue} */`);
    expect(refused.status).toBe(403);
    await stack.services.api.start();
    const complete = (events: readonly Event[]) =>
      events.filter(({ outcome }) => outcome !== null).length === 5 &&
      events.some(({ decision }) => decision === 'denied');
    const events = await eventually(() => search(`api-down-${queue}`), complete);
    expect(events).toHaveLength(6);
    expect(new Set(events.map(({ agentId, seq }) => `${agentId}/${seq}`)).size).toBe(6);
  });

  it('a changed rule waits for a worker that was killed', async () => {
    await stack.services.worker.kill();
    const rule = await createRule('ddl');
    expect(await maySay('create table worker_down (id int)')).toBe(false);
    await stack.services.worker.start();
    await eventually(
      () => maySay('create table worker_down (id int)'),
      (allowed) => allowed,
    );
    await deleteRule(rule);
    await eventually(
      () => maySay('create table worker_down (id int)'),
      (allowed) => !allowed,
    );
  });

  it('a secret that somebody types is in no table of the control plane', async () => {
    const secret = `c4nary${queue}`;
    for (const sql of [
      `alter role canary_${queue} password '${secret}'`,
      `select crypt('${secret}', gen_salt('bf')) from canary_${queue}`,
      `create subscription canary_${queue} connection 'host=x password=${secret}' publication p`,
    ])
      await sam.run('production', sql);
    const client = new pg.Client({ connectionString: stack.postgres.superuserUrl('postern') });
    await client.connect();
    try {
      // Names are searched for, so that what was recorded is there before it is looked into.
      await eventually(
        () => search(`canary_${queue}`),
        (events) => events.length >= 2,
      );
      const { rows: tables } = await client.query<{ name: string }>(
        "select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace::regnamespace::text in ('public', 'postern_audit', 'bullmq')",
      );
      const found: string[] = [];
      for (const { name } of tables) {
        const { rows } = await client.query<{ n: number }>(
          `select count(*)::int as n from ${name} as row where row::text like $1`,
          [`%${secret}%`],
        );
        if (rows[0]?.n !== 0) found.push(name);
      }
      expect(tables.length).toBeGreaterThan(30);
      expect(found).toEqual([]);
    } finally {
      await client.end();
    }
  });

  if (queue !== 'redis') return;

  it('a rule is saved while Redis is down, and enforced once it is back', async () => {
    if (stack.queue.backend !== 'redis') throw new Error('the stack took another queue than asked');
    const port = Number(new URL(stack.queue.url).port);
    await stack.queue.server?.stop();
    const rule = await createRule('execute');
    let redis: RedisServer | undefined;
    try {
      expect(await maySay('call cancel_stale_orders()')).toBe(false);
      redis = await startRedis({ port });
      await eventually(
        () => maySay('call cancel_stale_orders()'),
        (allowed) => allowed,
        60_000,
      );
      await deleteRule(rule);
      await eventually(
        () => maySay('call cancel_stale_orders()'),
        (allowed) => !allowed,
      );
    } finally {
      // The stack ends the Redis that it started itself; this one is ours. BullMQ's clients must go first.
      await stack.services.worker.stop();
      await stack.services.api.stop();
      await redis?.stop();
    }
    expect(redis).toBeDefined();
  });
});

describe('a killed agent', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await testStack({ queue: 'postgres', web: false });
  });
  afterAll(() => stack?.stop());

  it('loses no record of a statement that it answered', async () => {
    const person = new GraphqlClient(stack.urls.graphql);
    await person.signIn(DEMO_PEOPLE.sam.email, stack.password);
    const console = new ConsoleClient(stack.urls.console);
    await console.signIn(person);
    await stack.services.api.stop();
    const answered: (string | undefined)[] = [];
    for (let n = 0; n < 20; n += 1) {
      const { body } = await console.run('production', `select ${n} /* agent-killed */`);
      answered.push(body.auditId);
    }
    await stack.services.agent.kill();
    await stack.services.api.start();
    await stack.services.agent.start();
    const { owner, orgId } = stack.organisation;
    const ids = async (): Promise<string[]> => {
      const { auditEvents } = await owner.request<{
        auditEvents: { edges: readonly { node: { id: string } }[] };
      }>(
        'query ($orgId: ID!, $filter: AuditFilter) { auditEvents(orgId: $orgId, filter: $filter, first: 100) { edges { node { id } } } }',
        { orgId, filter: { text: 'agent-killed' } },
      );
      return auditEvents.edges.map(({ node }) => node.id);
    };
    const found = await eventually(ids, (list) =>
      answered.every((id) => id !== undefined && list.includes(id)),
    );
    expect(found).toHaveLength(20);
  });
});
