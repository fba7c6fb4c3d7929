import { execFile } from 'node:child_process';
import type { IamRule, PolicyBundle } from '@postern/core/policy';
import pg from 'pg';
import type { AgentConfig } from '../src/config.js';
import { World } from './fixture.js';
import { verifierOf } from './wire-raw.js';

export const PASSWORD = 'a-password-for-tests';
const verifiers = new Map<string, string>();

/** Derived once a person: 4096 rounds each time would be most of a test’s time. */
const verifierFor = (id: string): string => {
  const known = verifiers.get(id) ?? verifierOf(PASSWORD);
  verifiers.set(id, known);
  return known;
};

const person = (id: string) => ({
  id,
  email: `${id}@acme.example`,
  name: id,
  databasePassword: { verifier: verifierFor(id), expiresAt: '2099-01-01T00:00:00Z' },
});

/** An agent that serves PostgreSQL clients, with people who have passwords. */
export class WireWorld {
  private constructor(readonly world: World) {}

  static async create(
    urls: Readonly<Record<string, string>>,
    more: Partial<AgentConfig> = {},
  ): Promise<WireWorld> {
    const wire = {
      host: '127.0.0.1',
      port: 0,
      tls: 'off' as const,
      requireTls: false,
      publicHost: undefined,
      publicPort: 0,
    };
    return new WireWorld(await World.create(urls, { wire, ...more }));
  }

  get port(): number {
    const { wirePort } = this.world.agent;
    if (wirePort === undefined) throw new Error('the agent serves no PostgreSQL clients');
    return wirePort;
  }

  publish(rules: IamRule[], more: Partial<PolicyBundle> = {}): Promise<void> {
    return this.world.publish(rules, { principals: ['alex', 'dana', 'sam'].map(person), ...more });
  }

  async client(who: string, database = 'shop', more: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({
      host: '127.0.0.1',
      port: this.port,
      user: `${who}@acme.example`,
      database,
      password: PASSWORD,
      ...more,
    });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** A program of PostgreSQL’s own, connected as somebody. */
  program(
    path: string,
    args: readonly string[],
    who: string,
    input = '',
  ): Promise<{ code: number; stdout: string; stderr: string }> {
    const env = {
      PATH: process.env.PATH,
      PGHOST: '127.0.0.1',
      PGPORT: String(this.port),
      PGUSER: `${who}@acme.example`,
      PGPASSWORD: PASSWORD,
      PGDATABASE: 'shop',
      PGCLIENTENCODING: 'UTF8',
    };
    return new Promise((resolve) => {
      const child = execFile(
        path,
        args,
        { env, timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : Number(error.code ?? 1);
          resolve({ code, stdout, stderr });
        },
      );
      child.stdin?.end(input);
    });
  }

  psql(who: string, sql: string, ...args: string[]) {
    return this.program('psql', ['-X', '-q', '-A', '-t', ...args], who, sql);
  }

  stop(): Promise<void> {
    return this.world.stop();
  }
}

/** What a query came to: its rows, or the fields of its error. */
export async function outcomeOf(query: Promise<pg.QueryResult | pg.QueryArrayResult>) {
  try {
    const answer = await query;
    const result = Array.isArray(answer) ? answer.at(-1) : answer;
    return { rows: result.rows as unknown[], command: result.command as string };
  } catch (error) {
    const { code, message, detail, hint, position } = error as pg.DatabaseError;
    return { code, message, detail, hint, position };
  }
}
