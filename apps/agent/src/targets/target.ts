import { PosternError } from '@postern/core/errors';
import type { PolicyConnection } from '@postern/core/policy';
import type { ConnectionConfig } from '../config.js';
import { Browse } from './browse/browse.js';
import { LiveCatalog } from './catalog/live-catalog.js';
import { type ClientSettings, type ConnectedClient, connectWalled, type Walls, wallsOf } from './connect.js';
import type { OwnName } from './own-name.js';
import { Seats } from './seats.js';
import { TargetSession } from './target-session.js';
import { TypeNames } from './type-names.js';

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

  constructor(config: ConnectionConfig) {
    this.config = config;
    const { slug, url, catalogWaitMs: waitMs } = config;
    this.seats = new Seats(config);
    this.catalog = new LiveCatalog({ slug, url, waitMs });
    this.browse = new Browse({ slug, url });
  }

  get health(): { readonly status: Health; readonly detail?: string } {
    return { status: this.#health, ...(this.#detail === undefined ? {} : { detail: this.#detail }) };
  }

  /** A session behind its walls, in the name of a person. */
  open(connection: PolicyConnection, readOnly: boolean, name: OwnName): Promise<TargetSession> {
    return this.#noting(() =>
      TargetSession.open({
        slug: this.config.slug,
        url: this.config.url,
        walls: wallsOf(connection, readOnly),
        name,
        types: this.#types,
      }),
    );
  }

  /** The same for a client that speaks the protocol itself. */
  openRaw(
    connection: PolicyConnection,
    readOnly: boolean,
    name: OwnName,
    own: { readonly settings: ClientSettings; readonly timeouts: Partial<Walls> },
  ): Promise<ConnectedClient> {
    const { slug, url } = this.config;
    const walls = { ...wallsOf(connection, readOnly), ...own.timeouts, readOnly };
    return this.#noting(() => connectWalled(slug, url, walls, name.atStart, own.settings));
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
      await client.end();
    }).catch(() => undefined);
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
