import { PosternError } from '@postern/core/errors';
import type { Allowed } from '@postern/core/policy';
import type { ConnectionConfig } from '../config.js';
import { Browse } from './browse/browse.js';
import { LiveCatalog } from './catalog/live-catalog.js';
import {
  type ClientSettings,
  type ConnectedClient,
  codeOf,
  connectWalled,
  type Walls,
  wallsOf,
} from './connect.js';
import { guardUrl } from './guard-login.js';
import type { OwnName } from './own-name.js';
import { Seats } from './seats.js';
import { TargetSession } from './target-session.js';
import { TypeNames } from './type-names.js';

type Decided = Pick<Allowed, 'connection' | 'readOnly' | 'guard'>;
interface Login {
  readonly url: string;
  readonly settings: ClientSettings;
}

/** Class 28, invalid authorization; 42501: it may not connect to the database. */
const isRefusedLogin = (error: unknown): boolean =>
  /^(28|42501)/.test(codeOf((error as { cause?: unknown }).cause) ?? '');

const notLetIn = (slug: string, role: string, error: unknown): PosternError =>
  Object.assign(
    new PosternError(
      'connection.unavailable',
      `the database of \`${slug}\` does not let the guard role \`${role}\` log in`,
      {
        fix: `ask an administrator to plan the database roles of \`${slug}\` again, and to look whether pg_hba.conf lets it in`,
      },
    ),
    { cause: (error as { cause?: unknown }).cause },
  );

export type Health = 'ok' | 'down' | 'unknown';

/** One customer database, as the configuration names it. */
export class Target {
  readonly config: ConnectionConfig;
  /** What statements in it may reach. */
  readonly catalog: LiveCatalog;
  readonly seats: Seats;
  /** What the console shows of it. */
  readonly browse: Browse;
  readonly #types = new TypeNames();
  #health: Health = 'unknown';
  #detail: string | undefined;
  #latencyMs: number | undefined;

  constructor(config: ConnectionConfig) {
    this.config = config;
    const { slug, url, catalogWaitMs: waitMs } = config;
    this.seats = new Seats(config);
    this.catalog = new LiveCatalog({ slug, url, waitMs });
    this.browse = new Browse({ slug, url });
  }

  /** `latencyMs`: what `select 1` took when the agent last looked; undefined while the database is not there. */
  get health(): { readonly status: Health; readonly detail?: string; readonly latencyMs?: number } {
    const [status, detail] = [this.#health, this.#detail];
    const latencyMs = status === 'ok' ? this.#latencyMs : undefined;
    return {
      status,
      ...(detail === undefined ? {} : { detail }),
      ...(latencyMs === undefined ? {} : { latencyMs }),
    };
  }

  /** A session behind its walls, in the name of a person. */
  async open(decision: Decided, name: OwnName): Promise<TargetSession> {
    const { connection, readOnly, guard } = decision;
    return this.#as(guard, (login) =>
      TargetSession.open({
        slug: this.config.slug,
        walls: wallsOf(connection, readOnly),
        name,
        types: this.#types,
        guard,
        ...login,
      }),
    );
  }

  /** The same for a client that speaks the protocol itself. */
  openRaw(
    { connection, readOnly, guard }: Decided,
    name: OwnName,
    own: { readonly settings: ClientSettings; readonly timeouts: Partial<Walls> },
  ): Promise<ConnectedClient> {
    const walls = { ...wallsOf(connection, readOnly), ...own.timeouts, readOnly };
    return this.#as(guard, ({ url, settings }) =>
      connectWalled(this.config.slug, url, walls, name.atStart, [...settings, ...own.settings]),
    );
  }

  /** Connects and leaves again, to know the database's health before somebody needs it. */
  async probe(): Promise<void> {
    const walls = {
      readOnly: true,
      statementTimeoutMs: 5_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 5_000,
    };
    await this.#noting(async () => {
      const { client } = await connectWalled(this.config.slug, this.config.url, walls, 'postern:health');
      const askedAt = performance.now();
      await client.query('select 1');
      this.#latencyMs = performance.now() - askedAt;
      await client.end();
    }).catch(() => undefined);
  }

  /** Connects as a guard role, or as the agent's own login. */
  async #as<T>(guard: string | undefined, connect: (login: Login) => Promise<T>): Promise<T> {
    if (guard === undefined) return this.#noting(() => connect({ url: this.config.url, settings: [] }));
    const url = guardUrl(this.config, guard);
    // "$user" in a search_path would be somebody else: names are to mean what they mean to the agent's own login.
    const { catalog } = await this.catalog.current();
    const searchPath = catalog.data.searchPath
      .map((schema) => `"${schema.replaceAll('"', '""')}"`)
      .join(', ');
    try {
      return await this.#noting(() => connect({ url, settings: [['search_path', searchPath]] }));
    } catch (error) {
      throw isRefusedLogin(error) ? notLetIn(this.config.slug, guard, error) : error;
    }
  }

  async #noting<T>(connect: () => Promise<T>): Promise<T> {
    try {
      const result = await connect();
      this.#health = 'ok';
      this.#detail = undefined;
      return result;
    } catch (error) {
      this.#health = 'down';
      this.#detail = error instanceof PosternError ? error.message : 'the connection failed';
      throw error;
    }
  }
}
