import { connectWalled, type Walls } from '../connect.js';
import type { WireClient } from '../wire-client.js';
import { FINGERPRINT } from './fingerprint.js';
import { type ReadCatalog, readCatalog, type SessionFacts } from './read-catalog.js';

/** The agent itself gives up waiting much earlier; these bound what is left running in the database. */
const WALLS: Walls = {
  readOnly: true,
  statementTimeoutMs: 60_000,
  lockTimeoutMs: 1_000,
  idleInTransactionTimeoutMs: 60_000,
};

/** Reads that a busy catalog outran before the last one counts, which is then looked at again at the next check. */
const ATTEMPTS = 3;

/** Which transactions a session sees, and where it looks for names: both the same as before, so is its catalog. */
export interface CatalogPosition {
  readonly snapshot: string;
  readonly searchPath: readonly string[];
}

export interface CheckedCatalog extends ReadCatalog {
  /** Of the catalog that was read; undefined when it changed while it was read. */
  readonly fingerprint: string | undefined;
}

/**
 * The snapshot differs once any transaction that wrote something has come to its end. (The log's position would not do: it
 * moves before others see what was committed.)
 */
const FACTS = `select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot,
  pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "serverVersion",
  session_user::pg_catalog.text as "user", pg_catalog.to_json(pg_catalog.current_schemas(false)) as "searchPath"`;

/**
 * The agent's own session in a target database, which reads catalogs. Its search_path is left as the login's default, to see
 * what sessions of people have; all that is read is read with an empty one.
 */
export class CatalogReader {
  readonly #client: WireClient;

  private constructor(client: WireClient) {
    this.#client = client;
  }

  static async open(slug: string, url: string): Promise<CatalogReader> {
    const { client } = await connectWalled(slug, url, WALLS, 'postern:catalog');
    return new CatalogReader(client);
  }

  position(): Promise<CatalogPosition> {
    return this.#one<CatalogPosition>(FACTS);
  }

  fingerprint(): Promise<string> {
    return this.#withEmptyPath(() => this.#fingerprint());
  }

  /** The whole catalog as it was at one moment, which the fingerprints before and after it prove. */
  async read(): Promise<CheckedCatalog> {
    const { serverVersion, user, searchPath } = await this.#one<SessionFacts>(FACTS);
    return this.#withEmptyPath(async () => {
      let before = await this.#fingerprint();
      for (let attempt = 1; ; attempt++) {
        const catalog = await readCatalog(this.#client, { serverVersion, user, searchPath });
        const after = await this.#fingerprint();
        if (after === before) return { ...catalog, fingerprint: after };
        if (attempt === ATTEMPTS) return { ...catalog, fingerprint: undefined };
        before = after;
      }
    });
  }

  async close(): Promise<void> {
    const giveUp = setTimeout(() => this.destroy(), 1_000);
    await this.#client.end().catch(() => undefined);
    clearTimeout(giveUp);
  }

  /** Leaves at once, whatever is being read. */
  destroy(): void {
    this.#client.connection.stream.destroy();
  }

  async #fingerprint(): Promise<string> {
    return (await this.#one<{ fingerprint: string }>(FINGERPRINT)).fingerprint;
  }

  async #one<Row>(text: string): Promise<Row> {
    const { rows } = await this.#client.query(text);
    return rows[0] as Row;
  }

  async #withEmptyPath<T>(read: () => Promise<T>): Promise<T> {
    await this.#client.query(`begin read only; set local search_path = ''`);
    try {
      return await read();
    } finally {
      await this.#client.query('commit');
    }
  }
}
