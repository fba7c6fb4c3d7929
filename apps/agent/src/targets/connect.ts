import { PosternError } from '@postern/core/errors';
import type { Allowed, PolicyConnection } from '@postern/core/policy';
import type pg from 'pg';
import { type ParameterMessage, type WireClient, wireClient } from './wire-client.js';

const CONNECT_TIMEOUT_MS = 8_000;

/** What a session must keep, whatever runs in it. */
export interface Walls {
  readonly readOnly: boolean;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionTimeoutMs: number;
}

/** What has to be the same for two texts to share a session. */
export type SessionKind = Pick<Allowed, 'readOnly' | 'guard'>;

export const isSameKind = (a: SessionKind, b: SessionKind): boolean =>
  a.readOnly === b.readOnly && a.guard === b.guard;

export const wallsOf = (connection: PolicyConnection, readOnly: boolean): Walls => ({
  readOnly,
  statementTimeoutMs: connection.statementTimeoutMs,
  lockTimeoutMs: connection.lockTimeoutMs,
  idleInTransactionTimeoutMs: connection.idleInTransactionTimeoutMs,
});

/** Names and values of settings that a client asked for, already decided about. */
export type ClientSettings = readonly (readonly [name: string, value: string])[];

/**
 * Settings given at the start, so that RESET and DISCARD return to them (READ_ONLY.md, "Leaving READ ONLY"). The last one of a
 * name counts (process_postgres_switches), so the walls come behind what a client asked for.
 */
function startupOptions(walls: Walls, own: ClientSettings): string {
  const settings = [
    ...own.map(([name, value]) => `${name}=${value}`),
    ...(walls.readOnly ? ['default_transaction_read_only=on'] : []),
    'standard_conforming_strings=on',
    `statement_timeout=${walls.statementTimeoutMs}`,
    `lock_timeout=${walls.lockTimeoutMs}`,
    `idle_in_transaction_session_timeout=${walls.idleInTransactionTimeoutMs}`,
  ];
  // Unescaped white space would begin another option (pg_split_opts).
  return settings.map((setting) => `-c ${setting.replace(/[\\\s]/g, '\\$&')}`).join(' ');
}

export function clientConfig(
  url: string,
  walls: Walls,
  applicationName: string,
  settings: ClientSettings = [],
): pg.ClientConfig {
  return {
    connectionString: url,
    options: startupOptions(walls, settings),
    application_name: applicationName,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

/** Settings that the server reports when they change; the value that each must keep. */
export type PinnedSettings = ReadonlyMap<string, string>;

/** The database could not be reached. Its own words may name hosts, users and databases, so only the kind is told. */
export function unavailable(slug: string, reason: string): PosternError {
  return new PosternError(
    'connection.unavailable',
    `the database of \`${slug}\` can not be reached: ${reason}`,
    {
      fix: 'try again later, or tell an administrator',
    },
  );
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (code === 'ECONNREFUSED') return 'it refuses connections';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'its host name is not known';
  if (code === '28P01' || code === '28000') return 'it does not accept the credentials of the agent';
  if (code === '3D000') return 'it does not exist';
  if (code === '53300') return 'it has too many connections';
  if (code === '57P03') return 'it is starting up or shutting down';
  if (code === 'ETIMEDOUT' || message === 'timeout expired') return 'it does not answer';
  return 'the connection failed';
}

export interface ConnectedClient {
  readonly client: WireClient;
  readonly config: pg.ClientConfig;
  readonly pinned: PinnedSettings;
  /** What the server reported of its settings. */
  readonly reported: ReadonlyMap<string, string>;
}

/** SQLSTATE or system code of an error, for the audit trail and the log. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Connects and makes sure that the walls stand: a pooler in between may drop startup options. */
export async function connectWalled(
  slug: string,
  url: string,
  walls: Walls,
  applicationName: string,
  settings: ClientSettings = [],
): Promise<ConnectedClient> {
  const config = clientConfig(url, walls, applicationName, settings);
  let client: WireClient;
  const reported = new Map<string, string>();
  try {
    client = wireClient(config);
    client.connection.on('parameterStatus', ({ parameterName, parameterValue }: ParameterMessage) =>
      reported.set(parameterName, parameterValue),
    );
    client.on('error', () => undefined);
    await client.connect();
  } catch (error) {
    throw Object.assign(unavailable(slug, reasonOf(error)), { cause: error });
  }
  try {
    const [readOnly, strings] = await currentSettings(client);
    if ((walls.readOnly && readOnly !== 'on') || strings !== 'on') {
      throw unavailable(
        slug,
        'something between the agent and it drops the settings that keep the session safe',
      );
    }
  } catch (error) {
    client.connection.stream.destroy();
    if (error instanceof PosternError) throw error;
    throw Object.assign(unavailable(slug, reasonOf(error)), { cause: error });
  }
  return { client, config, pinned: pinnedSettings(reported, walls), reported };
}

async function currentSettings(client: WireClient): Promise<readonly string[]> {
  const { rows } = await client.query<string[]>({
    text: `select pg_catalog.current_setting('default_transaction_read_only'),
                  pg_catalog.current_setting('standard_conforming_strings')`,
    rowMode: 'array',
  });
  return rows[0] ?? [];
}

function pinnedSettings(reported: ReadonlyMap<string, string>, walls: Walls): PinnedSettings {
  const pinned = new Map([
    ['standard_conforming_strings', 'on'],
    ['client_encoding', 'UTF8'],
  ]);
  const user = reported.get('session_authorization');
  if (user !== undefined) pinned.set('session_authorization', user);
  if (walls.readOnly) pinned.set('default_transaction_read_only', 'on');
  return pinned;
}
