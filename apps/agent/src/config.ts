import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { StatementKeeping } from '@postern/core/audit';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { keepingOf, roomOf, roomSchema, statementKeepingSchema } from './audit/audit-config.js';
import type { RoomSetting } from './audit/spool-room.js';
import { databaseUrlProblem } from './targets/database-url.js';
import { checkWire, LOOPBACK, WIRE_FIXES, type WireConfig, wireSchema } from './wire/wire-config.js';

/** The one reader of process.env and of the configuration file. */
export interface ConnectionConfig {
  readonly slug: string;
  /** With its password: never logged, never sent anywhere but to the database. */
  readonly url: string;
  readonly maxSessions: number;
  readonly maxSessionsPerPerson: number;
  /** How long a statement waits for the catalog of its database. */
  readonly catalogWaitMs: number;
  /**
   * The login that manages roles here, for plans that the control plane asks for. Undefined: this agent plans and changes no
   * roles of it, whatever it is asked.
   */
  readonly rolesUrl?: string | undefined;
  /** What passwords of guard roles are made from; absent: the password of the URL. */
  readonly guardSecret?: string | undefined;
  /** What the audit trail keeps of its statements; absent: all but secrets. */
  readonly keep?: StatementKeeping;
}

export interface AgentConfig {
  readonly apiUrl: string;
  readonly name: string;
  readonly dataDir: string;
  readonly console: { readonly host: string; readonly port: number; readonly publicUrl: string };
  /** Absent: no PostgreSQL clients are served. */
  readonly wire?: WireConfig | undefined;
  readonly connections: ReadonlyMap<string, ConnectionConfig>;
  /** Absent: no limit but the disk's. */
  readonly auditRoom?: RoomSetting;
  readonly enrolToken: string | undefined;
  readonly logLevel: string;
}

export interface ConfigProblem {
  readonly key: string;
  readonly message: string;
  readonly fix: string;
}

/** Every problem of a configuration at once: nobody likes to start five times. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  constructor(
    readonly source: string,
    readonly problems: readonly ConfigProblem[],
  ) {
    const lines = problems.map(({ key, message, fix }) => `  ${key}: ${message}; ${fix}`);
    super(`the configuration ${source} can not be used:\n${lines.join('\n')}`);
  }
}

const ENV_OVERRIDES = {
  POSTERN_API_URL: ['api_url'],
  POSTERN_AGENT_NAME: ['name'],
  POSTERN_DATA_DIR: ['data_dir'],
  POSTERN_LOG_LEVEL: ['log_level'],
  POSTERN_CONSOLE_HOST: ['console', 'host'],
  POSTERN_CONSOLE_PORT: ['console', 'port'],
  POSTERN_CONSOLE_PUBLIC_URL: ['console', 'public_url'],
  POSTERN_WIRE_HOST: ['wire', 'host'],
  POSTERN_WIRE_PORT: ['wire', 'port'],
  POSTERN_WIRE_PUBLIC_HOST: ['wire', 'public_host'],
} as const;

const httpUrl = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' });

const connectionSchema = z.strictObject({
  url: z.string({ error: 'is missing' }).min(1, 'is empty'),
  max_sessions: z.number().int().min(1).max(1_000).default(20),
  max_sessions_per_person: z.number().int().min(1).max(100).default(10),
  catalog_wait_ms: z.number().int().min(100).max(60_000).default(2_000),
  roles_url: z.string().min(1, 'is empty').optional(),
  guard_secret: z.string().min(1, 'is empty').optional(),
  audit: statementKeepingSchema.optional(),
});

const fileSchema = z.strictObject({
  api_url: httpUrl,
  allow_insecure_api: z.boolean().default(false),
  name: z.string({ error: 'is missing' }).trim().min(1, 'is empty').max(100, 'is longer than 100 characters'),
  data_dir: z.string({ error: 'is missing' }).min(1, 'is empty'),
  log_level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  console: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.coerce.number().int().min(0).max(65_535).default(7070),
      public_url: httpUrl.optional(),
    })
    .prefault({}),
  wire: wireSchema.optional(),
  audit: roomSchema.prefault({}),
  connections: z.record(z.string(), connectionSchema).default({}),
});

const FIXES: Readonly<Record<string, string>> = {
  api_url: 'give the address of the control plane, like "https://api.example.com"',
  name: 'give the agent a name that people recognise, at most 100 characters',
  data_dir: 'give a directory that survives restarts',
  log_level: 'use trace, debug, info, warn, error or silent',
  'console.port': 'give a port from 1 to 65535',
  'console.public_url': 'give the address at which browsers reach the console',
  ...WIRE_FIXES,
};

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

type Env = Readonly<Record<string, string | undefined>>;
type Table = Record<string, unknown>;

function overridden(table: Table, env: Env): Table {
  const merged: Table = { ...table };
  for (const [variable, [section, key]] of Object.entries(ENV_OVERRIDES)) {
    const value = env[variable];
    if (value === undefined || value === '') continue;
    if (key === undefined) merged[section] = value;
    else merged[section] = { ...((merged[section] as Table | undefined) ?? {}), [key]: value };
  }
  return merged;
}

/** A literal, "env:NAME" or "file:/path" made into its value. The problem text never holds the value. */
export function resolveSecret(
  reference: string,
  baseDir: string,
  env: Env = process.env,
): { value: string } | { problem: string } {
  if (reference.startsWith('env:')) {
    const name = reference.slice('env:'.length);
    const value = env[name];
    return value ? { value } : { problem: `the environment variable \`${name}\` is not set` };
  }
  if (reference.startsWith('file:')) {
    const path = resolve(baseDir, reference.slice('file:'.length));
    try {
      return { value: readFileSync(path, 'utf8').trim() };
    } catch {
      return { problem: `the file \`${path}\` can not be read` };
    }
  }
  return { value: reference };
}

function fixFor(key: string): string {
  if (key.startsWith('connections.')) return 'see postern.example.toml for what a connection may have';
  return FIXES[key] ?? 'see postern.example.toml';
}

function describe(issue: z.core.$ZodIssue): ConfigProblem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      key: [...issue.path, key].join('.'),
      message: 'is not a known key',
      fix: 'correct its spelling or remove it',
    }));
  }
  const key = issue.path.join('.');
  return [{ key, message: issue.message.toLowerCase(), fix: fixFor(key) }];
}

function resolveConnections(
  tables: Readonly<Record<string, z.infer<typeof connectionSchema>>>,
  baseDir: string,
  env: Env,
  problems: ConfigProblem[],
): Map<string, ConnectionConfig> {
  const connections = new Map<string, ConnectionConfig>();
  for (const [slug, table] of Object.entries(tables)) {
    const key = `connections.${slug}`;
    if (!SLUG.test(slug)) {
      const fix = 'use the id shown in the control plane: lower-case letters, digits and hyphens';
      problems.push({ key, message: 'is not a connection id', fix });
    }
    const secret = resolveSecret(table.url, baseDir, env);
    if ('problem' in secret) {
      problems.push({
        key: `${key}.url`,
        message: secret.problem,
        fix: 'set it, or write the URL another way',
      });
      continue;
    }
    const problem = databaseUrlProblem(secret.value);
    if (problem) problems.push({ key: `${key}.url`, ...problem });
    const roles = table.roles_url === undefined ? undefined : resolveSecret(table.roles_url, baseDir, env);
    const rolesProblem = roles && ('problem' in roles ? undefined : databaseUrlProblem(roles.value));
    if (rolesProblem) problems.push({ key: `${key}.roles_url`, ...rolesProblem });
    if (roles && 'problem' in roles)
      problems.push({
        key: `${key}.roles_url`,
        message: roles.problem,
        fix: 'set it, or leave roles_url out so that no roles are managed here',
      });
    const guard =
      table.guard_secret === undefined ? undefined : resolveSecret(table.guard_secret, baseDir, env);
    const guardProblem = guardSecretProblem(guard);
    if (guardProblem)
      problems.push({
        key: `${key}.guard_secret`,
        message: guardProblem,
        fix: 'give at least 16 characters that nobody can guess, the same to every agent of the connection',
      });
    connections.set(slug, {
      slug,
      url: secret.value,
      maxSessions: table.max_sessions,
      maxSessionsPerPerson: table.max_sessions_per_person,
      catalogWaitMs: table.catalog_wait_ms,
      rolesUrl: roles && 'value' in roles ? roles.value : undefined,
      guardSecret: guard && 'value' in guard ? guard.value : undefined,
      keep: keepingOf(table.audit),
    });
  }
  return connections;
}

function guardSecretProblem(secret: ReturnType<typeof resolveSecret> | undefined): string | undefined {
  if (secret === undefined) return undefined;
  if ('problem' in secret) return secret.problem;
  return secret.value.length < 16 ? 'is shorter than 16 characters' : undefined;
}

/** Checks a parsed configuration; throws {@link ConfigError} with all that is wrong. */
export function checkConfig(table: Table, baseDir: string, env: Env, source: string): AgentConfig {
  const parsed = fileSchema.safeParse(overridden(table, env));
  if (!parsed.success) throw new ConfigError(source, parsed.error.issues.flatMap(describe));
  const file = parsed.data;
  const problems: ConfigProblem[] = [];
  const connections = resolveConnections(file.connections, baseDir, env, problems);
  const api = new URL(file.api_url);
  if (api.protocol === 'http:' && !LOOPBACK.has(api.hostname) && !file.allow_insecure_api) {
    const fix = 'use https, or set allow_insecure_api = true inside a network that you trust';
    problems.push({ key: 'api_url', message: 'is not https', fix });
  }
  const publicUrl = file.console.public_url ?? `http://localhost:${file.console.port}`;
  if (new URL(publicUrl).pathname !== '/') {
    const fix = 'serve the console at the root of a host name';
    problems.push({ key: 'console.public_url', message: 'has a path', fix });
  }
  const wire = file.wire && checkWire(file.wire, baseDir, problems);
  if (problems.length > 0) throw new ConfigError(source, problems);
  return {
    apiUrl: file.api_url.replace(/\/+$/, ''),
    name: file.name,
    dataDir: resolve(baseDir, file.data_dir),
    console: { host: file.console.host, port: file.console.port, publicUrl: new URL(publicUrl).origin },
    wire,
    connections,
    auditRoom: roomOf(file.audit),
    enrolToken: env.POSTERN_ENROL_TOKEN?.trim() || undefined,
    logLevel: file.log_level,
  };
}

/** Reads the TOML file at `path` with the overrides of `env`. */
export function loadConfig(path: string, env: Env = process.env): AgentConfig {
  const file = resolve(path);
  if (!existsSync(file)) {
    const fix = 'copy postern.example.toml, or name the file with --config';
    throw new ConfigError(file, [{ key: 'file', message: 'does not exist', fix }]);
  }
  let table: Table;
  try {
    table = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The parser's message quotes the offending lines, which may hold a password: only the place is told.
    const { line, column } = error as { line?: number; column?: number };
    const where = line === undefined ? '' : ` at line ${line}, column ${column ?? 1}`;
    throw new ConfigError(file, [
      { key: 'file', message: `is not valid TOML${where}`, fix: 'correct it, see postern.example.toml' },
    ]);
  }
  return checkConfig(table, dirname(file), env, file);
}
