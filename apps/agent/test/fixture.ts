import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@postern/core/audit';
import type { IamRule, PolicyBundle, PolicyConnection } from '@postern/core/policy';
import { freePort } from '@postern/infra/ports';
import pg from 'pg';
import type { Clock } from '../src/clock.js';
import type { AgentConfig } from '../src/config.js';
import type { ConsoleError, RunResponse } from '../src/console/contract.js';
import { createLog } from '../src/log.js';
import { type RunningAgent, startAgent } from '../src/main.js';
import { ControlPlane } from './control-plane.js';

export const PARSE_WORKER = new URL('../dist/session/parse-worker.js', import.meta.url);

/** Time that a test moves by hand. */
export class HandClock implements Clock {
  #offset = 0;
  now(): number {
    return Date.now() + this.#offset;
  }
  steady(): number {
    return performance.now() + this.#offset;
  }
  advance(ms: number): void {
    this.#offset += ms;
  }
}

export const rule = (
  connection: string,
  permissions: IamRule['permissions'],
  ...members: string[]
): IamRule => ({
  id: `rule-${connection}-${permissions.join('-')}-${members.join('-')}`,
  connection,
  permissions,
  members,
});

export const connection = (slug: string, more: Partial<PolicyConnection> = {}): PolicyConnection => ({
  id: `connection-${slug}`,
  slug,
  name: slug,
  label: 'Production',
  statementTimeoutMs: 20_000,
  lockTimeoutMs: 5_000,
  idleInTransactionTimeoutMs: 60_000,
  rowCap: 100,
  ...more,
});

const person = (id: string) => ({ id, email: `${id}@acme.example`, name: id });

/** Everything that a test's agent has around it; `stop` leaves nothing behind. */
export class World {
  readonly logs: string[] = [];
  #version = 0;
  #agent: RunningAgent | undefined;

  private constructor(
    readonly plane: ControlPlane,
    readonly dir: string,
    readonly clock: HandClock,
    readonly config: AgentConfig,
  ) {}

  static async create(
    urls: Readonly<Record<string, string>>,
    config: Partial<AgentConfig> = {},
  ): Promise<World> {
    const plane = await ControlPlane.start();
    const dir = await mkdtemp(join(tmpdir(), 'postern-agent-'));
    const port = await freePort();
    const connections = new Map(
      Object.entries(urls).map(([slug, url]) => [
        slug,
        { slug, url, maxSessions: 60, maxSessionsPerPerson: 40, catalogWaitMs: 20_000 },
      ]),
    );
    return new World(plane, dir, new HandClock(), {
      apiUrl: plane.url,
      name: 'test-agent',
      dataDir: dir,
      console: { host: '127.0.0.1', port, publicUrl: `http://localhost:${port}` },
      connections,
      enrolToken: plane.token,
      logLevel: 'debug',
      ...config,
    });
  }

  get agent(): RunningAgent {
    if (!this.#agent) throw new Error('the agent is not running');
    return this.#agent;
  }

  bundle(rules: IamRule[], more: Partial<PolicyBundle> = {}): PolicyBundle {
    this.#version += 1;
    return {
      schema: 1,
      orgId: this.plane.orgId,
      orgName: 'Acme',
      environmentId: this.plane.environmentId,
      environmentName: 'production',
      version: this.#version,
      issuedAt: new Date().toISOString(),
      leaseSeconds: 3_600,
      connections: [...this.config.connections.keys(), 'secret'].map((slug) => connection(slug)),
      principals: ['alex', 'dana', 'sam'].map(person),
      groups: [{ slug: 'dba', memberIds: ['dana'] }],
      rules,
      signingKeys: [this.plane.key.publicKey],
      ...more,
    };
  }

  /** Publishes and waits until the agent enforces it. */
  async publish(rules: IamRule[], more: Partial<PolicyBundle> = {}): Promise<void> {
    const bundle = this.bundle(rules, more);
    await this.plane.publish(bundle);
    if (this.#agent) await until(() => this.agent.policy.version === bundle.version);
  }

  async start(): Promise<void> {
    const write = (line: string) => void this.logs.push(line);
    const log = createLog(this.config.logLevel, { write });
    this.#agent = await startAgent({
      config: this.config,
      log,
      clock: this.clock,
      parseWorker: PARSE_WORKER,
    });
  }

  async stopAgent(): Promise<void> {
    await this.#agent?.stop();
    this.#agent = undefined;
  }

  async stop(): Promise<void> {
    await this.stopAgent();
    await this.plane.down();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Signs in the whole way: login, authorisation, callback, cookie. */
  async signIn(person: string): Promise<Browser> {
    const browser = new Browser(this.agent.url);
    const login = await browser.get('/auth/login');
    const { code, state, redirectUri } = this.plane.authorize(login.headers.get('location') ?? '', person);
    const callback = new URL(redirectUri);
    const back = await browser.get(`${callback.pathname}?code=${code}&state=${encodeURIComponent(state)}`);
    if (back.status !== 302) throw new Error(`sign-in failed: ${await back.text()}`);
    return browser;
  }

  /** Events that reached the control plane. */
  received(kind?: string): AuditEvent[] {
    return this.plane.events
      .map(({ event }) => event)
      .filter((event) => kind === undefined || event.kind === kind);
  }

  async event(id: string | undefined): Promise<AuditEvent> {
    return until(() => this.received().find((event) => event.id === id));
  }

  /** Texts whose decision was recorded while `action` went on. */
  async recordedDuring(browser: Browser, action: () => Promise<unknown>): Promise<string[]> {
    const mark = async () =>
      this.event((await browser.run('shop', `select '${randomUUID()}'`, 'mark')).auditId);
    const from = await mark();
    await action();
    const to = await mark();
    const decided = this.received('statement.decided');
    const between = decided.slice(decided.indexOf(from) + 1, decided.indexOf(to));
    return between.map(({ statement }) => statement?.text ?? '');
  }

  async outcome(intentId: string | undefined): Promise<AuditEvent> {
    return until(() => this.received().find((event) => event.intentId === intentId));
  }
}

/** A browser as far as the console needs one: cookies and an origin. */
export class Browser {
  readonly cookies = new Map<string, string>();
  constructor(readonly url: string) {}

  async get(path: string): Promise<Response> {
    return this.#fetch(path, { method: 'GET' });
  }

  async post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', origin: this.url, ...headers },
    });
  }

  async run(connection: string, sql: string, tab = 'tab-1'): Promise<RunAnswer> {
    const response = await this.post('/api/run', { connection, tab, sql });
    const body = (await response.json()) as Partial<RunResponse> & Partial<ConsoleError>;
    return {
      status: response.status,
      results: [],
      transaction: 'idle',
      auditId: body.error?.auditId ?? '',
      error: null,
      ...body,
    };
  }

  /** The single value of a result. */
  async value(connection: string, sql: string, tab?: string): Promise<string | null | undefined> {
    const { results, error } = await this.run(connection, sql, tab);
    if (error) throw new Error(error.message);
    return results.at(-1)?.rows[0]?.[0];
  }

  async #fetch(path: string, init: RequestInit & { headers?: Record<string, string> }): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...init.headers, ...(cookie === '' ? {} : { cookie }) };
    const response = await fetch(this.url + path, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return response;
  }
}

export interface RunAnswer extends RunResponse {
  readonly status: number;
}

/** Waits for a condition; gives up loudly. */
export async function until<T>(condition: () => T | Promise<T>, ms = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + ms;
  for (;;) {
    const value = await condition();
    if (value) return value as NonNullable<T>;
    if (Date.now() > end) throw new Error(`waited in vain for: ${condition.toString().slice(0, 200)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** One query as the superuser, beside the agent. */
export async function asSuperuser(url: string, sql: string): Promise<(string | null)[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const answer: unknown = await client.query({ text: sql, rowMode: 'array' });
    const result = (Array.isArray(answer) ? answer.at(-1) : answer) as pg.QueryArrayResult<unknown[]>;
    return result.rows.map((row: unknown[]) => row.map((value) => (value === null ? null : String(value))));
  } finally {
    await client.end();
  }
}
