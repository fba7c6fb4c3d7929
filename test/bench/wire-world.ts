import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { guardAgainstOrphan } from '@postern/infra/guard';
import { REPOSITORY } from '@postern/infra/paths';
import { freePort } from '@postern/infra/ports';
import { type PostgresServer, startPostgres } from '@postern/infra/postgres';
import { serverUser } from '@postern/infra/postgres-user';
import { type Service, service } from '@postern/infra/service';
import { WirePlane } from './wire-plane.js';

/** Where a client connects, by the variables of libpq. */
export interface Way {
  readonly name: string;
  readonly pid: number | undefined;
  readonly env: Readonly<Record<string, string>>;
}

const PASSWORD = 'a-password-for-benchmarks';
const SCALE = 5;
const PEOPLE = 20;
const CONNECTIONS = ['bench', 'bench2'] as const;
const STRICT = 'strict';
/** What the agent lets one person have open. */
const SESSIONS_PER_PERSON = 100;
/** The distribution's package puts PgBouncer where not everybody's PATH looks. */
const PATH = `${process.env.PATH}${delimiter}/usr/sbin`;

export const hasProgram = (name: string): boolean =>
  spawnSync(name, ['--version'], { env: { ...process.env, PATH } }).status === 0;

/** A SCRAM verifier as PostgreSQL keeps it. */
export function verifierOf(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const hmac = (text: string) => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${stored}:${hmac('Server Key').toString('base64')}`;
}

async function until(what: string, condition: () => boolean | Promise<boolean>, ms = 30_000): Promise<void> {
  for (const end = Date.now() + ms; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`${what} took longer than ${ms / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A database with pgbench's tables, an agent in a process of its own before it, and PgBouncer where it is installed. */
export class WireWorld {
  readonly #stops: (() => unknown)[] = [];
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-bench-wire-'));
  #postgres: PostgresServer | undefined;
  #plane: WirePlane | undefined;
  #agent: Service | undefined;
  #wirePort = 0;
  readonly ways: Way[] = [];

  static async start(maxConnections: number): Promise<WireWorld> {
    const world = new WireWorld();
    try {
      await world.#startPostgres(maxConnections);
      if (hasProgram('pgbouncer')) await world.#startPgbouncer();
      await world.#startBareProxy();
      await world.#startAgent();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  get agent(): Service {
    if (this.#agent === undefined) throw new Error('the agent is not running');
    return this.#agent;
  }

  get plane(): WirePlane {
    if (this.#plane === undefined) throw new Error('the control plane is not running');
    return this.#plane;
  }

  /** A way to the agent; whoever is beyond what one person may have open is somebody else. */
  agentWay(session = 0): Way {
    const person = Math.floor(session / SESSIONS_PER_PERSON) % PEOPLE;
    return {
      name: 'Postern',
      pid: this.agent.pid,
      env: {
        PGHOST: '127.0.0.1',
        PGPORT: String(this.#wirePort),
        PGUSER: `person${person}@acme.example`,
        PGPASSWORD: PASSWORD,
        PGDATABASE: CONNECTIONS[Math.floor((person * 2) / PEOPLE)] ?? CONNECTIONS[0],
        PGSSLMODE: 'disable',
      },
    };
  }

  /** The same, each statement waiting until the disk has its intent. */
  strictWay(): Way {
    const way = this.agentWay();
    return { ...way, name: 'strict', env: { ...way.env, PGDATABASE: STRICT } };
  }

  async stop(): Promise<void> {
    for (let next = this.#stops.pop(); next !== undefined; next = this.#stops.pop()) await next();
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #startPostgres(maxConnections: number): Promise<void> {
    // As root the server runs as `postgres`, who must be able to come in.
    chmodSync(this.dir, 0o755);
    const password = randomBytes(12).toString('hex');
    this.#postgres = await startPostgres({
      dataDir: join(this.dir, 'postgres'),
      password,
      durable: false,
      flags: [`max_connections=${maxConnections}`],
    });
    this.#stops.push(this.#postgres.stop);
    const env = {
      PGHOST: '127.0.0.1',
      PGPORT: String(this.#postgres.port),
      PGUSER: 'postgres',
      PGPASSWORD: password,
      PGDATABASE: 'bench',
      PGSSLMODE: 'disable',
    };
    this.ways.push({ name: 'direct', pid: undefined, env });
    for (const [program, ...args] of [
      ['psql', '-qXd', 'postgres', '-c', 'create database bench'],
      ['pgbench', '-q', '-i', '-s', String(SCALE)],
    ] as const) {
      const { status, stderr } = spawnSync(program, args, { env: { PATH, ...env }, encoding: 'utf8' });
      if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
    }
  }

  async #startPgbouncer(): Promise<void> {
    const port = await freePort();
    const direct = this.ways[0]?.env ?? {};
    const ini = join(this.dir, 'pgbouncer.ini');
    const user = serverUser();
    const database = `host=127.0.0.1 port=${direct.PGPORT} dbname=bench user=postgres password=${direct.PGPASSWORD}`;
    writeFileSync(
      ini,
      `[databases]\nbench = ${database}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = ${port}\nunix_socket_dir =\nauth_type = any\npool_mode = session\nmax_client_conn = 200\ndefault_pool_size = 100\nignore_startup_parameters = extra_float_digits\nlog_connections = 0\nlog_disconnections = 0\n`,
    );
    const pid = await this.#startBetween('PgBouncer', port, 'pgbouncer', ['-q', ini], user);
    this.ways.push({
      name: 'PgBouncer',
      pid,
      env: { ...direct, PGPORT: String(port), PGPASSWORD: '' },
    });
  }

  async #startBareProxy(): Promise<void> {
    const port = await freePort();
    const direct = this.ways[0]?.env ?? {};
    const script = join(REPOSITORY, 'test', 'dist', 'bare-proxy.js');
    const args = [script, String(port), direct.PGPORT ?? ''];
    const pid = await this.#startBetween('the bare proxy', port, process.execPath, args);
    this.ways.push({ name: 'bare proxy', pid, env: { ...direct, PGPORT: String(port) } });
  }

  /** A program that others connect to, ended with the world. */
  async #startBetween(
    name: string,
    port: number,
    program: string,
    args: readonly string[],
    user: Partial<ReturnType<typeof serverUser>> = {},
  ): Promise<number | undefined> {
    const child: ChildProcess = spawn(program, args, {
      ...user,
      env: { PATH },
      stdio: 'ignore',
      detached: true,
    });
    const release = child.pid === undefined ? () => undefined : guardAgainstOrphan(child.pid, 'TERM');
    this.#stops.push(async () => {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      release();
    });
    await until(`the start of ${name}`, async () => {
      const socket = connect(port, '127.0.0.1');
      return once(socket, 'connect')
        .then(() => true)
        .catch(() => false)
        .finally(() => socket.destroy());
    });
    return child.pid;
  }

  async #startAgent(): Promise<void> {
    const verifier = verifierOf(PASSWORD);
    this.#plane = await WirePlane.start({
      connections: [...CONNECTIONS, STRICT].map((slug) => ({
        id: slug,
        slug,
        name: slug,
        label: 'bench',
        statementTimeoutMs: 60_000,
        lockTimeoutMs: 5_000,
        idleInTransactionTimeoutMs: 300_000,
        rowCap: 1_000,
        audit: slug === STRICT ? 'strict' : 'batched',
      })),
      principals: Array.from({ length: PEOPLE }, (_, index) => ({
        id: `person${index}`,
        email: `person${index}@acme.example`,
        name: `Person ${index}`,
        databasePassword: { verifier, expiresAt: '2099-01-01T00:00:00Z' },
      })),
      rules: [{ id: 'all', connection: '*', permissions: ['*'], members: ['*'] }],
    });
    this.#stops.push(() => this.plane.stop());
    const consolePort = await freePort();
    this.#wirePort = await freePort();
    const consoleUrl = `http://localhost:${consolePort}`;
    const dir = join(this.dir, 'agent');
    mkdirSync(dir, { mode: 0o700 });
    const config = join(dir, 'postern.toml');
    const url = this.#postgres?.superuserUrl('bench');
    const tables = [...CONNECTIONS, STRICT].map(
      (slug) =>
        `[connections.${slug}]\nurl = "${url}"\nmax_sessions = 1000\nmax_sessions_per_person = ${SESSIONS_PER_PERSON}\n`,
    );
    writeFileSync(
      config,
      `api_url = "${this.plane.url}"\nname = "bench"\ndata_dir = "data"\nlog_level = "warn"\n[console]\nport = ${consolePort}\npublic_url = "${consoleUrl}"\n[wire]\nport = ${this.#wirePort}\ntls = "off"\n${tables.join('')}`,
      { mode: 0o600 },
    );
    // A folder for a processor profile of the agent, for who looks where its time goes.
    const profile = process.env.WIRE_BENCH_PROFILE;
    this.#agent = service({
      name: 'agent',
      args: [
        ...(profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`]),
        join(REPOSITORY, 'apps', 'agent', 'dist', 'cli.js'),
        'agent',
        '--config',
        config,
      ],
      env: { POSTERN_ENROL_TOKEN: 'bench' },
      logFile: join(this.dir, 'agent.log'),
      ready: { url: `${consoleUrl}/healthz` },
    });
    const agent = this.#agent;
    this.#stops.push(() => agent.stop());
    await agent.start();
    await until('the first policy', () => this.plane.enforced === 1);
    this.ways.push(this.agentWay());
  }
}
