import { deadline } from '../catalog/time-limits.js';
import { connectWalled, type Walls } from '../connect.js';
import type { WireClient } from '../wire-client.js';

const WALLS: Walls = {
  readOnly: true,
  statementTimeoutMs: 20_000,
  lockTimeoutMs: 1_000,
  idleInTransactionTimeoutMs: 20_000,
};
const IDLE_MS = 60_000;
const LIMIT_MS = 25_000;

export type Rows = <Row>(text: string, values?: readonly unknown[]) => Promise<Row[]>;

/**
 * The agent's own session for looking at what a database has, opened when somebody looks and closed a while after. One reader at a
 * time: people share what is read, and the database has better things to do.
 */
export class BrowseSession {
  readonly #slug: string;
  readonly #url: string;
  #client: WireClient | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #idleTimer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(of: { readonly slug: string; readonly url: string }) {
    this.#slug = of.slug;
    this.#url = of.url;
  }

  use<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#attempt(work));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#close();
  }

  async #attempt<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    clearTimeout(this.#idleTimer);
    const isReused = this.#client !== undefined;
    try {
      return await this.#with(work);
    } catch (error) {
      // The database may have ended the session while nobody used it.
      if (!isReused || this.#client !== undefined || this.#isStopped) throw error;
      return await this.#with(work);
    } finally {
      if (!this.#isStopped) this.#idleTimer = setTimeout(() => void this.#close(), IDLE_MS).unref();
    }
  }

  async #with<T>(work: (rows: Rows) => Promise<T>): Promise<T> {
    const client = this.#client ?? (await this.#open());
    const rows: Rows = async <Row>(text: string, values: readonly unknown[] = []) =>
      (await client.query({ text, values: [...values] })).rows as Row[];
    try {
      return await deadline(work(rows), LIMIT_MS);
    } catch (error) {
      // An error that the server told leaves the session as it was.
      const isAlive = /^[0-9A-Z]{5}$/.test((error as { code?: string }).code ?? '') && !isFatal(error);
      if (!isAlive) this.#drop(client);
      throw error;
    }
  }

  async #open(): Promise<WireClient> {
    const { client } = await connectWalled(this.#slug, this.#url, WALLS, 'postern:browse');
    await client.query(`set search_path = ''`);
    this.#client = client;
    return client;
  }

  #drop(client: WireClient): void {
    client.connection.stream.destroy();
    if (this.#client === client) this.#client = undefined;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#idleTimer);
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    const giveUp = setTimeout(() => client.connection.stream.destroy(), 1_000);
    await client.end().catch(() => undefined);
    clearTimeout(giveUp);
  }
}

/** Class 57P: the server ended the session. Class 08: the connection is gone. */
const isFatal = (error: unknown): boolean => /^(57P|08)/.test((error as { code: string }).code);
