import { setTimeout } from 'node:timers/promises';
import type { ServerFacts } from '@postern/core/roles';
import pg from 'pg';
import { codeOf } from '../connect.js';
import { CommitUnknown, type DatabaseError, RolesFailure, remedy } from './failure.js';
import type { RightsFacts } from './held-rights.js';
import { CURRENT_XID, FACTS, SYSTEM_IDENTIFIER, XACT_STATUS } from './inspect/facts.sql.js';

const CONNECT_TIMEOUT_MS = 10_000;
/** Older ones lack `prokind` or the roles that providers have; 14 is the oldest that PostgreSQL itself supports. */
const OLDEST_MAJOR = 14;
/** A session that broke in COMMIT may be at it for a moment yet. */
const ASK_ATTEMPTS = 10;
const ASK_EVERY_MS = 300;
/** Of a statement in an error: it may grant on hundreds of objects. */
const STATEMENT_SHOWN = 300;

export interface ConnectionFacts extends RightsFacts {
  readonly versionText: string;
  readonly inRecovery: boolean;
  readonly mayReadVerifiers: boolean;
  readonly pid: number;
  readonly address: string | null;
  readonly port: number | null;
}

/** An option of node-postgres that its types do not know. */
interface ExtendedQuery extends pg.QueryConfig {
  readonly queryMode: 'extended';
}

interface FactsRow extends Omit<ConnectionFacts, 'major' | 'provider' | 'systemIdentifier'> {
  readonly version: number;
  readonly mayReadIdentifier: boolean;
  readonly isAurora: boolean;
  readonly providerRoles: readonly string[];
}

/**
 * The one database session of a run: what is inspected and what is changed are seen by the same backend, and failures
 * can say which. Names are resolved without a search path, so that nobody can put an object of theirs in the way.
 */
export class RolesConnection {
  readonly facts: ConnectionFacts;
  readonly #client: pg.Client;
  readonly #url: string;

  private constructor(client: pg.Client, url: string, facts: ConnectionFacts) {
    this.#client = client;
    this.#url = url;
    this.facts = facts;
  }

  static async open(url: string): Promise<RolesConnection> {
    const client = await connect(url);
    try {
      const facts = await readFacts(client);
      if (facts.major < OLDEST_MAJOR)
        throw new RolesFailure(
          `PostgreSQL ${facts.versionText} is too old`,
          `upgrade the server to PostgreSQL ${OLDEST_MAJOR} or later`,
        );
      return new RolesConnection(client, url, facts);
    } catch (error) {
      await client.end();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#client.end();
  }

  /**
   * Ends it in the middle of whatever it does: the server rolls that back, and lets go of its locks. Where the server takes no
   * second session, it finds out when the statement is over; COMMIT is never sent.
   */
  async abandon(): Promise<void> {
    const other = await connect(this.#url).catch(() => undefined);
    await other?.query('select pg_catalog.pg_terminate_backend($1)', [this.facts.pid]).catch(() => undefined);
    await other?.end().catch(() => undefined);
    this.#client.connection.stream.destroy();
  }

  /** What the server says beside its answers, such as a GRANT that granted nothing. */
  onWarning(listener: (text: string) => void): void {
    this.#client.on('notice', ({ severity, message }) => {
      if (severity === 'WARNING') listener(message ?? '');
    });
  }

  async rows<Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const { rows } = await this.#client.query({ text, values: [...values] });
      return rows as Row[];
    } catch (error) {
      throw this.#failure(error, text);
    }
  }

  /** Runs exactly one statement. `shown`: how it may be shown, where the statement itself holds a secret. */
  async run(statement: string, shown: string = statement): Promise<void> {
    try {
      // The extended protocol takes one statement only: nothing that is written in a manifest can append another.
      const query: ExtendedQuery = { text: statement, queryMode: 'extended' };
      await this.#client.query(query);
    } catch (error) {
      throw this.#failure(error, shown);
    }
  }

  /** Everything in one snapshot; `end` tells whether it is kept. What fails leaves no trace. */
  async transaction<T>(end: 'commit' | 'rollback', work: () => Promise<T>): Promise<T> {
    await this.run('begin isolation level repeatable read');
    try {
      await this.run(`set local search_path = ''`);
      const result = await work();
      if (end === 'commit') await this.#commit();
      else await this.run(end);
      return result;
    } catch (error) {
      await this.#client.query('rollback').catch(() => undefined);
      throw error;
    }
  }

  /** A connection that breaks here leaves it open whether the server still committed: a new one asks. */
  async #commit(): Promise<void> {
    const [row] = await this.rows<{ xid: string | null }>(CURRENT_XID);
    try {
      await this.run('commit');
    } catch (error) {
      if (!(error instanceof RolesFailure)) throw error;
      // 57P01: the server was told to end the session, which can be after the commit.
      const isAnswer = error.cause instanceof pg.DatabaseError && !codeOf(error.cause)?.startsWith('57P');
      if (isAnswer) throw error;
      const end = row?.xid ? await this.#endOf(row.xid) : 'aborted';
      if (end === 'committed') return;
      if (end === 'aborted') throw error;
      throw new CommitUnknown(
        'the connection broke during COMMIT, so that it is not known whether the changes were kept: all of them were, or none',
        'run `postern diff`: it says what is left to do',
        error.facts,
        { cause: error.cause },
      );
    }
  }

  /** What became of a transaction whose connection broke; undefined where the server does not tell in time. */
  async #endOf(xid: string): Promise<string | undefined> {
    for (let attempt = 0; attempt < ASK_ATTEMPTS; attempt++) {
      if (attempt > 0) await setTimeout(ASK_EVERY_MS);
      const other = await connect(this.#url).catch(() => undefined);
      try {
        const { rows } = (await other?.query<{ status: string | null }>(XACT_STATUS, [xid])) ?? { rows: [] };
        const status = rows[0]?.status;
        if (status === 'committed' || status === 'aborted') return status;
      } catch {
        // The server may be starting; it is asked again.
      } finally {
        await other?.end().catch(() => undefined);
      }
    }
    return undefined;
  }

  #failure(cause: unknown, statement: string): RolesFailure {
    const { message, detail, hint, code } = cause as DatabaseError;
    const { address, port, pid, database, currentUser, inRecovery, versionText } = this.facts;
    const where = address === null ? 'a local socket' : `${address}:${port}`;
    const oneLine = statement.replace(/\s+/g, ' ').trim();
    return new RolesFailure(
      `the database refused: ${message}`,
      remedy(codeOf(cause)),
      [
        ...(detail ? [`detail: ${detail}`] : []),
        ...(hint ? [`hint: ${hint}`] : []),
        `statement: ${oneLine.length > STATEMENT_SHOWN ? `${oneLine.slice(0, STATEMENT_SHOWN)}…` : oneLine}`,
        `SQLSTATE: ${code ?? 'none (the connection broke)'}`,
        `server: ${where}, PostgreSQL ${versionText}${inRecovery ? ', in recovery' : ''}`,
        `session: user \`${currentUser}\`, database \`${database}\`, pid ${pid}`,
      ],
      { cause },
    );
  }
}

async function connect(url: string): Promise<pg.Client> {
  let where = '';
  try {
    const client = new pg.Client({
      connectionString: url,
      application_name: 'postern roles',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
    });
    where = `\`${client.host}:${client.port}\`, database \`${client.database}\`, user \`${client.user}\``;
    // An error between two statements is reported by the next one.
    client.on('error', () => undefined);
    await client.connect();
    return client;
  } catch (error) {
    const code = codeOf(error);
    throw new RolesFailure(
      where === '' ? 'the database URL can not be read' : `can not connect to ${where}: ${reason(error)}`,
      where === ''
        ? 'write it as `postgres://user:password@host:5432/database`; special characters percent-encoded'
        : 'check --database-url (or DATABASE_URL), the network and the credentials',
      code === undefined ? [] : [`code: ${code}`],
      { cause: error },
    );
  }
}

function reason(error: unknown): string {
  const { message, code } = error as DatabaseError;
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the host name is not known';
  if (code === '28P01') return 'the password is wrong';
  return message || 'the connection failed';
}

async function readFacts(client: pg.Client): Promise<ConnectionFacts> {
  const { rows } = await client.query<FactsRow>(FACTS);
  const [row] = rows;
  if (row === undefined)
    throw new RolesFailure('the server does not say what it is', 'check that it is PostgreSQL');
  const { version, mayReadIdentifier, isAurora, providerRoles, ...rest } = row;
  const identifier = mayReadIdentifier
    ? (await client.query<{ identifier: string }>(SYSTEM_IDENTIFIER)).rows[0]?.identifier
    : undefined;
  return {
    ...rest,
    major: Math.floor(version / 10_000),
    systemIdentifier: identifier ?? null,
    provider: providerOf(providerRoles, isAurora),
  };
}

/** AlloyDB has the roles of Cloud SQL as well. */
function providerOf(roles: readonly string[], isAurora: boolean): ServerFacts['provider'] {
  if (roles.includes('rds_superuser')) return isAurora ? 'aurora' : 'rds';
  if (roles.includes('alloydbsuperuser')) return 'alloydb';
  if (roles.includes('cloudsqlsuperuser')) return 'cloud_sql';
  return roles.includes('azure_pg_admin') ? 'azure' : null;
}
