import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PolicyConnection } from '@postern/core/policy';
import { REPOSITORY } from '@postern/infra/paths';
import { freePort } from '@postern/infra/ports';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import { type Service, service } from '@postern/infra/service';
import pg from 'pg';
import { WirePlane } from '../bench/wire-plane.js';
import { verifierOf } from '../bench/wire-world.js';
import { eventually } from '../stack.js';
import { AuditStore } from './audit-store.js';
import { executedStatements, LOG_FLAGS } from './database-log.js';
import { Journal } from './journal.js';
import { Lane } from './lane.js';
import { type Comparison, compareLedgers } from './ledger.js';
import { TcpProxy } from './proxy.js';
import { SegmentKeeper } from './segments.js';
import type { LaneOptions } from './talk.js';

const PASSWORD = 'a-password-for-endurance';
const CONNECTIONS = ['strict', 'batched'] as const;
export type Mode = (typeof CONNECTIONS)[number];

/** What the agent runs in a person's session for itself: it looks whether the walls stand. */
export const AGENTS_OWN = [/^select pg_catalog\.current_setting\('default_transaction_read_only'\)/];

const PEOPLE = [
  { id: 'writer', mayExport: true, mayWrite: true, permissions: ['read', 'write', 'export'] },
  { id: 'capped', mayExport: false, mayWrite: true, permissions: ['read', 'write'] },
  { id: 'reader', mayExport: false, mayWrite: false, permissions: ['read'] },
] as const;
type Person = (typeof PEOPLE)[number];

export interface EnduranceOptions {
  /** How the clients' connections record; default both ways. */
  readonly modes?: readonly Mode[];
  /** Of the agent's database connections. */
  readonly limits?: Partial<PolicyConnection>;
  /** Lines of the agent's configuration beside those that are always there. */
  readonly config?: string;
  /** Where the agent keeps its data; default a folder of the world's own. */
  readonly dataDir?: string;
  /** What Node is given before the agent, by the world's folder. */
  readonly nodeArgs?: (dir: string) => readonly string[];
}

/** A customer's side with everything that keeps a ledger, and bad networks between all of them. */
export class Endurance {
  readonly #stops: (() => unknown)[] = [];
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-endurance-'));
  readonly journal = new Journal();
  readonly store = new AuditStore();
  readonly lanes: Lane[] = [];
  readonly #options: EnduranceOptions;
  readonly #password = 'superuser-of-endurance';
  #postgres: PostgresServer | undefined;
  #agent: Service | undefined;
  #keeper: SegmentKeeper | undefined;
  #networks: Readonly<Record<'clients' | 'database' | 'plane', TcpProxy>> | undefined;

  private constructor(options: EnduranceOptions) {
    this.#options = options;
  }

  static async start(options: EnduranceOptions = {}): Promise<Endurance> {
    const world = new Endurance(options);
    try {
      // As root the server runs as `postgres`, who must be able to come in.
      chmodSync(world.dir, 0o755);
      await world.startPostgres();
      await world.asSuperuser('create table load (id int, note text)');
      await world.#startAgent();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  get postgres(): PostgresServer {
    return there(this.#postgres);
  }

  get agent(): Service {
    return there(this.#agent);
  }

  /** The way of the clients to the agent, of the agent to its database, and to its control plane. */
  get networks() {
    return there(this.#networks);
  }

  get agentLog(): string {
    return readFileSync(this.agent.logFile, 'utf8');
  }

  async startPostgres(): Promise<void> {
    const port = this.#postgres?.port;
    this.#postgres = await startPostgres({
      dataDir: join(this.dir, 'postgres'),
      password: this.#password,
      durable: false,
      flags: ['max_connections=200', ...LOG_FLAGS],
      ...(port === undefined ? {} : { port }),
    });
  }

  async asSuperuser(sql: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: this.postgres.superuserUrl() });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows as Record<string, unknown>[];
    } finally {
      await client.end();
    }
  }

  /** Sessions that the agent has open in somebody's name. */
  async backends(): Promise<number> {
    const [row] = await this.asSuperuser(
      `select count(*)::int as n from pg_stat_activity where application_name like 'postern:%@%'`,
    );
    return Number(row?.n);
  }

  login(person: Person['id'], mode: Mode, direct = true): pg.ClientConfig & { port: number } {
    return {
      host: '127.0.0.1',
      port: direct ? this.#wirePort : this.networks.clients.port,
      user: emailOf(person),
      password: PASSWORD,
      database: mode,
    };
  }

  /** Stops the database as its signals say, fast (SIGINT) or at once (SIGQUIT), and starts it again. */
  async restartPostgres(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    process.kill(this.postgres.pid, signal);
    await this.postgres.stop();
    await this.startPostgres();
  }

  /** Starts clients: people and modes in turn, every other one through the bad network. */
  load(count: number, more: Pick<LaneOptions, 'isSlowReader' | 'paceMs'> = {}): void {
    for (let n = 0; n < count; n++) {
      const lane = this.lanes.length + 1;
      const { id, mayExport, mayWrite } = there(PEOPLE[n % PEOPLE.length]);
      const modes = this.#options.modes ?? CONNECTIONS;
      const mode = there(modes[Math.floor(n / PEOPLE.length) % modes.length]);
      const login = () => this.login(id, mode, n % 2 === 0);
      const { journal } = this;
      this.lanes.push(new Lane({ lane, journal, person: emailOf(id), mayExport, mayWrite, login, ...more }));
      this.lanes.at(-1)?.start();
    }
  }

  async unload(): Promise<void> {
    await Promise.all(this.lanes.splice(0).map((lane) => lane.stop()));
  }

  /** Ends the load and the agent in order, and compares everything that was written down. */
  async settle(withinMs = 60_000): Promise<Comparison> {
    await this.unload();
    const keeper = there(this.#keeper);
    const isPushed = () => keeper.events().length === this.store.events.length;
    await eventually(async () => isPushed(), Boolean, withinMs);
    await this.agent.stop();
    if (!isPushed()) {
      await this.agent.start();
      await eventually(async () => isPushed(), Boolean, withinMs);
    }
    return compareLedgers({
      journal: this.journal,
      executed: executedStatements(this.postgres.dataDir),
      segments: keeper.events(),
      received: this.store.events,
      agentsOwn: AGENTS_OWN,
    });
  }

  async stop(): Promise<void> {
    await this.unload();
    this.#keeper?.stop();
    for (let next = this.#stops.pop(); next !== undefined; next = this.#stops.pop()) await next();
    await this.#postgres?.stop();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #wirePort = 0;

  async #startAgent(): Promise<void> {
    const plane = await WirePlane.start(rules(this.#options.limits), this.store.take);
    this.#stops.push(() => plane.stop());
    const consolePort = await freePort();
    this.#wirePort = await freePort();
    const networks = {
      clients: await TcpProxy.start(this.#wirePort),
      database: await TcpProxy.start(this.postgres.port),
      plane: await TcpProxy.start(Number(new URL(plane.url).port)),
    };
    this.#networks = networks;
    for (const network of Object.values(networks)) this.#stops.push(() => network.stop());
    const dir = join(this.dir, 'agent');
    mkdirSync(dir, { mode: 0o700 });
    const data = this.#options.dataDir ?? join(dir, 'data');
    const consoleUrl = `http://localhost:${consolePort}`;
    const url = new URL(this.postgres.superuserUrl());
    url.port = String(networks.database.port);
    const config = join(dir, 'postern.toml');
    const connections = CONNECTIONS.map(
      (slug) =>
        `[connections.${slug}]\nurl = "${url.href}"\nmax_sessions = 200\nmax_sessions_per_person = 100\n`,
    );
    writeFileSync(
      config,
      `api_url = "http://127.0.0.1:${networks.plane.port}"\nname = "endurance"\ndata_dir = "${data}"\nlog_level = "warn"\n${this.#options.config ?? ''}\n[console]\nport = ${consolePort}\npublic_url = "${consoleUrl}"\n[wire]\nport = ${this.#wirePort}\ntls = "off"\n${connections.join('')}`,
      { mode: 0o600 },
    );
    const agent = service({
      name: 'agent',
      args: [
        ...(this.#options.nodeArgs?.(this.dir) ?? []),
        ...[join(REPOSITORY, 'apps', 'agent', 'dist', 'cli.js'), 'agent', '--config', config],
      ],
      env: { POSTERN_ENROL_TOKEN: 'endurance' },
      logFile: join(this.dir, 'agent.log'),
      ready: { url: `${consoleUrl}/healthz` },
    });
    this.#agent = agent;
    this.#stops.push(() => agent.stop());
    this.#keeper = new SegmentKeeper(join(data, 'audit'), join(data, 'kept'));
    await agent.start();
    await eventually(
      async () => plane.enforced,
      (version) => version === 1,
    );
  }
}

function there<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('not started');
  return value;
}

const emailOf = (person: string): string => `${person}@acme.example`;

const rules = (limits: Partial<PolicyConnection> = {}) => ({
  connections: CONNECTIONS.map((slug) => ({
    id: slug,
    slug,
    name: slug,
    label: 'endurance',
    statementTimeoutMs: 30_000,
    lockTimeoutMs: 5_000,
    idleInTransactionTimeoutMs: 60_000,
    rowCap: 1_000,
    audit: slug,
    ...limits,
  })),
  principals: PEOPLE.map(({ id }) => ({
    id,
    email: emailOf(id),
    name: id,
    databasePassword: { verifier: verifierOf(PASSWORD), expiresAt: '2099-01-01T00:00:00Z' },
  })),
  rules: PEOPLE.map(({ id, permissions }) => ({
    id: `rule-${id}`,
    connection: '*',
    permissions: [...permissions],
    members: [`user:${emailOf(id)}`],
  })),
});
