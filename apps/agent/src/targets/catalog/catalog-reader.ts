import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { connectWalled, type Walls } from '../connect.js';
import type { WireClient } from '../wire-client.js';
import { FINGERPRINT } from './fingerprint.js';
import { type ReadCatalog, readCatalog, type SessionFacts } from './read-catalog.js';
import { SnapshotLook } from './snapshot-look.js';

/** The agent itself gives up waiting much earlier; these bound what is left running in the database. */
const WALLS: Walls = {
  readOnly: true,
  statementTimeoutMs: 60_000,
  lockTimeoutMs: 1_000,
  idleInTransactionTimeoutMs: 60_000,
};

/** Reads that a busy catalog outran before the last one counts, which is then looked at again at the next check. */
const ATTEMPTS = 3;

/** Which transactions a session sees, and where it looks for names. */
export interface CatalogPosition {
  readonly snapshot: string;
  readonly searchPath: readonly string[];
}

export interface CheckedCatalog extends ReadCatalog {
  /** Of the catalog that was read; undefined when it changed while it was read. */
  readonly fingerprint: string | undefined;
}

/** Planning it takes longer than running it. */
const PREPARED_FINGERPRINT: pg.QueryConfig = { name: 'postern_fingerprint', text: FINGERPRINT };

/**
 * The snapshot differs once any transaction that wrote something has come to its end. (The log's position would not do: it
 * moves before others see what was committed.)
 */
const FACTS = `begin read only; set local search_path to default;
  select pg_catalog.pg_current_snapshot()::pg_catalog.text as snapshot,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as "serverVersion",
    session_user::pg_catalog.text as "user", pg_catalog.to_json(pg_catalog.current_schemas(false)) as "searchPath";
  commit`;

/**
 * Transactions that others see as ended, but which have not told yet which cached catalog rows are out of date (CommitTransaction
 * in xact.c: they give up the lock of their own id only after that). What pg_get_functiondef prints comes from that cache.
 */
const ENDING = `
  with now as (
    select pg_catalog.pg_snapshot_xmax(s)::text::int8 as xmax,
      array(select x::text::int8 & 4294967295 from pg_catalog.pg_snapshot_xip(s) x) as xip
    from pg_catalog.pg_current_snapshot() s)
  select pg_catalog.count(*)::int4 as count from (
    select from pg_catalog.pg_locks l cross join now n cross join lateral (select l.transactionid::text::int8 as id) x
    where l.locktype = 'transactionid' and l.mode = 'ExclusiveLock' and l.granted
    group by l.virtualtransaction
    having not pg_catalog.bool_or(x.id = any (n.xip) or ((n.xmax - x.id) & 4294967295) not between 1 and 2147483648)) ending`;
const ENDING_LOOKS = 50;
const ENDING_MS = 2;

/**
 * The agent's own session in a target database, which reads catalogs with an empty search_path. Each query is a transaction of
 * its own: inside one, a session may go on with cached catalog rows that others have changed.
 */
export class CatalogReader {
  readonly #client: WireClient;
  readonly #look: SnapshotLook;

  private constructor(client: WireClient, look: SnapshotLook) {
    this.#client = client;
    this.#look = look;
  }

  static async open(slug: string, url: string): Promise<CatalogReader> {
    const { client } = await connectWalled(slug, url, WALLS, 'postern:catalog');
    await client.query(`set search_path = ''`);
    return new CatalogReader(client, await SnapshotLook.prepare(client));
  }

  /** The same as before: no transaction has ended since, so nothing in the database has changed for others. Nobody else may ask meanwhile. */
  glance(told: (snapshot: string | Error) => void): void {
    this.#look.ask(told);
  }

  /** The search_path is that of a new session of the same login. */
  position(): Promise<CatalogPosition> {
    return this.#facts<CatalogPosition>();
  }

  async fingerprint(): Promise<string> {
    return (await this.#one<{ fingerprint: string }>(PREPARED_FINGERPRINT)).fingerprint;
  }

  /** The whole catalog as it was at one moment, which the fingerprints before and after it prove. */
  async read(): Promise<CheckedCatalog> {
    const { serverVersion, user, searchPath } = await this.#facts<SessionFacts>();
    let before = await this.fingerprint();
    for (let attempt = 1; ; attempt++) {
      await this.#ended();
      const catalog = await readCatalog(this.#client, { serverVersion, user, searchPath });
      const after = await this.fingerprint();
      if (after === before) return { ...catalog, fingerprint: after };
      if (attempt === ATTEMPTS) return { ...catalog, fingerprint: undefined };
      before = after;
    }
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

  async #facts<Row>(): Promise<Row> {
    const results = (await this.#client.query(FACTS)) as unknown as readonly { rows: readonly Row[] }[];
    return results.flatMap(({ rows }) => rows)[0] as Row;
  }

  /** Waits a moment for transactions that are about to have ended. */
  async #ended(): Promise<void> {
    for (let look = 1; look <= ENDING_LOOKS; look++) {
      if ((await this.#one<{ count: number }>(ENDING)).count === 0) return;
      await sleep(ENDING_MS);
    }
  }

  async #one<Row>(query: string | pg.QueryConfig): Promise<Row> {
    const { rows } = await this.#client.query(query);
    return rows[0] as Row;
  }
}
