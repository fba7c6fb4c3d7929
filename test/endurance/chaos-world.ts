import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import type { Ports } from '@postern/infra/options';
import { type StackPaths, stackPaths } from '@postern/infra/paths';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import { findRedisBinary, type RedisServer, startRedis } from '@postern/infra/redis';
import { type Service, tail } from '@postern/infra/service';
import { freePorts, type Stack, startStack } from '@postern/infra/stack';
import pg from 'pg';
import { eventually } from '../stack.js';
import { agentsIn, keptEvents, unmerged } from './control-plane-ledger.js';
import { executedStatements, LOG_FLAGS } from './database-log.js';
import { Journal } from './journal.js';
import { Lane } from './lane.js';
import { type Comparison, compareLedgers } from './ledger.js';
import { SegmentKeeper } from './segments.js';
import { AGENTS_OWN } from './world.js';

/** What can be killed. */
export const VICTIMS = [
  'agent',
  'api',
  'worker',
  'redis',
  'control plane’s database',
  'customer’s database',
] as const;
export type Victim = (typeof VICTIMS)[number];

const CUSTOMER_PASSWORD = 'superuser-of-chaos';

/** The whole of Postern with real processes, a customer's database of its own that logs every statement, and clients at work. */
export class Chaos {
  readonly #dir = mkdtempSync(join(tmpdir(), 'postern-chaos-'));
  readonly journal = new Journal();
  readonly lanes: Lane[] = [];
  readonly deaths = new Map<Victim, number>();
  /** Services that ended though nobody killed them. */
  readonly gaveUp: string[] = [];
  #paths: StackPaths | undefined;
  #ports: Ports | undefined;
  #stack: Stack | undefined;
  #control: PostgresServer | undefined;
  #customer: PostgresServer | undefined;
  #redis: RedisServer | undefined;
  #keeper: SegmentKeeper | undefined;

  static async start(): Promise<Chaos> {
    const chaos = new Chaos();
    try {
      await chaos.#start();
      return chaos;
    } catch (error) {
      await chaos.stop();
      throw error;
    }
  }

  get victims(): readonly Victim[] {
    return VICTIMS.filter((victim) => victim !== 'redis' || this.#redis !== undefined);
  }

  /** Clients in turn: one whose results are capped, one who writes and exports. */
  async load(count: number): Promise<void> {
    const { stack } = this;
    const people = [
      { person: DEMO_PEOPLE.sam.email, database: 'production', mayExport: false, mayWrite: false },
      { person: DEMO_PEOPLE.alex.email, database: 'production', mayExport: true, mayWrite: true },
      { person: DEMO_PEOPLE.alex.email, database: 'analytics', mayExport: true, mayWrite: true },
    ];
    const passwords = new Map<string, string>();
    for (const person of new Set(people.map(({ person }) => person)))
      passwords.set(person, await databasePassword(stack, person));
    await this.#enforced();
    for (let n = 0; n < count; n++) {
      const { person, database, ...may } = there(people[n % people.length]);
      const login = () => ({
        ...stack.wire,
        ssl: { rejectUnauthorized: false },
        user: person,
        password: passwords.get(person) ?? '',
        database,
      });
      this.lanes.push(new Lane({ lane: n + 1, journal: this.journal, person, ...may, login }));
      this.lanes.at(-1)?.start();
    }
  }

  /** Kills without a word; resolves once it is gone. */
  async kill(victim: Victim): Promise<void> {
    this.deaths.set(victim, (this.deaths.get(victim) ?? 0) + 1);
    const { agent, api, worker } = this.stack.services;
    switch (victim) {
      case 'agent':
        return agent.kill();
      case 'api':
        return api.kill();
      case 'worker':
        return worker.kill();
      case 'redis':
        process.kill(there(this.#redis).pid, 'SIGKILL');
        return;
      case 'control plane’s database':
        return crash(there(this.#control));
      case 'customer’s database':
        return crash(there(this.#customer));
    }
  }

  async revive(victim: Victim): Promise<void> {
    const { agent, api, worker } = this.stack.services;
    switch (victim) {
      case 'agent':
        return agent.start();
      case 'api':
        return api.start();
      case 'worker':
        return worker.start();
      case 'redis':
        this.#redis = await startRedis({ port: there(this.#ports).redis });
        return;
      case 'control plane’s database':
        this.#control = await startPostgres({
          dataDir: there(this.#paths).postgres,
          port: there(this.#ports).postgres,
          log: join(there(this.#paths).logs, 'postgres.log'),
          password: decodeURIComponent(new URL(this.stack.postgres.superuserUrl()).password),
          flags: ['max_connections=200'],
        });
        return;
      case 'customer’s database':
        return this.#startCustomer();
    }
  }

  /** Ends the load, lets everything arrive, and compares. */
  async settle(withinMs: number): Promise<Comparison & { readonly unmerged: readonly string[] }> {
    await Promise.all(this.lanes.splice(0).map((lane) => lane.stop()));
    const url = there(this.#control).superuserUrl('postern');
    const [agentId = '', ...others] = await agentsIn(url);
    if (others.length > 0) throw new Error('there is more than one agent');
    const keeper = there(this.#keeper);
    await eventually(
      async () => keeper.events().length - (await keptEvents(url, agentId)).length,
      (missing) => missing === 0,
      withinMs,
    ).catch((error: Error) => {
      const { agent, api } = this.stack.services;
      error.message += `\n${tail(agent.logFile)}\n${tail(api.logFile)}`;
      throw error;
    });
    const comparison = compareLedgers({
      journal: this.journal,
      executed: executedStatements(there(this.#customer).dataDir),
      segments: keeper.events(),
      received: await keptEvents(url, agentId),
      agentsOwn: AGENTS_OWN,
    });
    return { ...comparison, unmerged: await unmerged(url, agentId) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.lanes.splice(0).map((lane) => lane.stop()));
    this.#keeper?.stop();
    await this.#stack?.stop();
    await this.#redis?.stop();
    await this.#control?.stop();
    await this.#customer?.stop();
    rmSync(this.#dir, { recursive: true, force: true });
  }

  private get stack(): Stack {
    return there(this.#stack);
  }

  async #start(): Promise<void> {
    // As root the servers run as `postgres`, who must be able to come in.
    chmodSync(this.#dir, 0o755);
    this.#paths = stackPaths(join(this.#dir, 'postern'));
    this.#ports = await freePorts();
    await this.#startCustomer();
    this.#stack = await startStack({
      paths: this.#paths,
      ports: this.#ports,
      queue: findRedisBinary() === undefined ? 'postgres' : 'redis',
      orders: 100,
      web: false,
      report: () => undefined,
      onDeath: (service: Service) => void this.gaveUp.push(service.name),
    });
    const { queue, postgres, services } = this.#stack;
    if (queue.backend === 'redis') this.#redis = queue.server;
    this.#control = postgres;
    await this.#prepareRules();
    await services.agent.stop();
    writeFileSync(join(this.#paths.agent, 'shop-url'), there(this.#customer).superuserUrl(), { mode: 0o600 });
    this.#keeper = new SegmentKeeper(join(this.#paths.agent, 'data', 'audit'), join(this.#dir, 'segments'));
    this.#keeper.look();
    await services.agent.start();
  }

  async #startCustomer(): Promise<void> {
    const port = this.#customer?.port;
    const isNew = port === undefined;
    this.#customer = await startPostgres({
      dataDir: join(this.#dir, 'customer'),
      password: CUSTOMER_PASSWORD,
      flags: LOG_FLAGS,
      ...(isNew ? {} : { port }),
    });
    if (!isNew) return;
    const client = new pg.Client({ connectionString: this.#customer.superuserUrl() });
    await client.connect();
    await client.query('create table load (id int, note text)');
    await client.end();
  }

  /** Alex may change things here, and one of the two connections records in groups. */
  async #prepareRules(): Promise<void> {
    const { owner, orgId } = this.stack.organisation;
    for (const connection of ['production', 'analytics']) {
      await owner.request(
        'mutation ($orgId: ID!, $rule: RuleInput!) { createRule(orgId: $orgId, rule: $rule) { id } }',
        {
          orgId,
          rule: {
            connection,
            permissions: ['read', 'write', 'export'],
            members: [`user:${DEMO_PEOPLE.alex.email}`],
          },
        },
      );
    }
    const { connections } = await owner.request<{
      connections: { edges: readonly { node: { id: string; slug: string; name: string } }[] };
    }>('query ($orgId: ID!) { connections(orgId: $orgId) { edges { node { id slug name } } } }', { orgId });
    const analytics = there(connections.edges.find(({ node }) => node.slug === 'analytics')).node;
    await owner.request(
      'mutation ($orgId: ID!, $id: ID!, $input: ConnectionInput!) { updateConnection(orgId: $orgId, id: $id, input: $input) { id } }',
      { orgId, id: analytics.id, input: { name: analytics.name, auditMode: 'BATCHED' } },
    );
  }

  /** The agent has the newest passwords and rules. */
  async #enforced(): Promise<void> {
    const { owner, orgId } = this.stack.organisation;
    const query = 'query ($orgId: ID!) { environments(orgId: $orgId) { agentCount enforcedCount } }';
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await eventually(
      () =>
        owner.request<{ environments: readonly { agentCount: number; enforcedCount: number }[] }>(query, {
          orgId,
        }),
      ({ environments }) =>
        environments.every(({ agentCount, enforcedCount }) => agentCount === enforcedCount),
    );
  }
}

async function databasePassword(stack: Stack, email: string): Promise<string> {
  const { orgId, environmentId } = stack.organisation;
  const person = new GraphqlClient(stack.urls.graphql);
  await person.signIn(email, stack.password);
  const { createDatabasePassword } = await person.request<{ createDatabasePassword: { password: string } }>(
    'mutation ($orgId: ID!, $environmentId: ID!) { createDatabasePassword(orgId: $orgId, environmentId: $environmentId, lifetime: SEVEN_DAYS) { password } }',
    { orgId, environmentId },
  );
  return createDatabasePassword.password;
}

/** The server's own emergency stop: nothing is written any more; the next start recovers. */
async function crash(server: PostgresServer): Promise<void> {
  process.kill(server.pid, 'SIGQUIT');
  await server.stop();
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started');
  return value;
}
