import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { PostgresServer } from '@postern/infra/postgres';
import type { PostgresMajor } from '@postern/infra/postgres-binaries';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { Command, CommanderError } from 'commander';
import pg from 'pg';
import { addRolesCommands, type Running } from '../src/roles-cli/commands.js';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A database of its own, a directory of its own and the built program. Roles belong to the whole server, so `role` gives
 * names that nobody else has, and `stop` drops them.
 */
export class RolesLab {
  readonly #tag = uniqueName('t').slice(2);
  readonly #roles = new Set<string>();

  private constructor(
    readonly admin: pg.Client,
    readonly url: string,
    readonly dir: string,
    private readonly server: Pick<PostgresServer, 'superuserUrl' | 'stop'>,
  ) {}

  /** `own`: a server of its own, for what belongs to a whole cluster. */
  static async start(major: PostgresMajor, own = false, flags: readonly string[] = []): Promise<RolesLab> {
    const server = await testServer({ major, own, flags });
    const url = await createDatabase(server, uniqueName('roles'));
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    const dir = await mkdtemp(join(tmpdir(), 'postern-roles-'));
    return new RolesLab(admin, url, dir, server);
  }

  async stop(): Promise<void> {
    const database = new URL(this.url).pathname.slice(1);
    await this.admin.end();
    const client = new pg.Client({ connectionString: this.server.superuserUrl() });
    await client.connect();
    await client.query(`drop database ${client.escapeIdentifier(database)} with (force)`);
    for (const role of this.#roles) {
      const { rowCount } = await client.query('select from pg_roles where rolname = $1', [role]);
      if (rowCount === 0) continue;
      await client.query(`drop owned by ${client.escapeIdentifier(role)} cascade`);
      await client.query(`drop role ${client.escapeIdentifier(role)}`);
    }
    await client.end();
    await rm(this.dir, { recursive: true, force: true });
    await this.server.stop();
  }

  /** A name of a role that is dropped in the end, whoever creates it. */
  role(name: string): string {
    const role = `${name}_${this.#tag}`;
    this.dropInTheEnd(role);
    return role;
  }

  dropInTheEnd(role: string): void {
    this.#roles.add(role);
  }

  async sql(text: string): Promise<Record<string, unknown>[]> {
    const result = await this.admin.query(text);
    return Array.isArray(result) ? [] : result.rows;
  }

  get database(): string {
    return new URL(this.url).pathname.slice(1);
  }

  /** The URL for another role. */
  urlAs(role: string, password: string): string {
    const url = new URL(this.url);
    url.username = role;
    url.password = password;
    return url.href;
  }

  async file(name: string, text: string): Promise<string> {
    await writeFile(join(this.dir, name), text);
    return name;
  }

  /** Runs `postern …` in this process and in the directory; DATABASE_URL is set unless `env` says otherwise. */
  async run(args: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
    const texts = { stdout: '', stderr: '' };
    const into = (name: keyof typeof texts) =>
      new Writable({
        write: (chunk: Buffer, _encoding, done) => {
          texts[name] += chunk.toString('utf8');
          done();
        },
      });
    const running: Running = {
      stdin: new PassThrough(),
      stdout: into('stdout'),
      stderr: into('stderr'),
      env: { DATABASE_URL: this.url, ...env },
    };
    const program = new Command('postern').exitOverride().configureOutput({
      writeOut: (text) => running.stdout.write(text),
      writeErr: (text) => running.stderr.write(text),
    });
    addRolesCommands(program, running);
    process.chdir(this.dir);
    try {
      await program.parseAsync([...args], { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      running.exitCode = error.exitCode === 0 ? 0 : 64;
    }
    return { code: Number(running.exitCode), ...texts };
  }

  /** The same as a process of its own. */
  spawn(args: readonly string[], env: Record<string, string> = {}, input = ''): Promise<Ran> {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: this.dir,
      env: { PATH: process.env.PATH, DATABASE_URL: this.url, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end(input);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
  }
}
