import { once } from 'node:events';
import pg from 'pg';
import { actsOf, number } from './acts.js';
import { codeOf, type LaneOptions, streamOf, Talk } from './talk.js';

/** Answers are waited for no longer; then the client gives the connection up, as programs with a timeout do. */
const PATIENCE_MS = 20_000;
const GOODBYE_MS = 2_000;
/** After so many statements it begins a session anew. */
const SESSION_STATEMENTS = 30;

/** One client that connects, says all kinds of things, and comes back whatever happened to its connection. */
export class Lane {
  readonly #options: LaneOptions;
  #isStopping = false;
  #running: Promise<void> | undefined;
  #client: pg.Client | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends after what it is saying; a connection that no longer answers is dropped. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const giveUp = setTimeout(() => this.drop(), PATIENCE_MS);
    await this.#running;
    clearTimeout(giveUp);
  }

  /** Vanishes, as a program that is killed. */
  drop(): void {
    if (this.#client) streamOf(this.#client).destroy();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      try {
        await this.#session();
      } catch (error) {
        this.#options.journal.error(codeOf(error));
        await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60));
      }
    }
  }

  async #session(): Promise<void> {
    const client = new pg.Client({ connectionTimeoutMillis: 5_000, ...this.#options.login() });
    client.on('error', () => undefined);
    this.#client = client;
    const talk = new Talk(client, this.#options);
    const acts = actsOf(this.#options);
    try {
      await client.connect();
      for (let n = 0; n < SESSION_STATEMENTS && !this.#isStopping; n++) {
        const patience = setTimeout(() => this.drop(), PATIENCE_MS);
        try {
          // Not every stream of a driver hears of the end of its connection.
          await Promise.race([acts[number(acts.length)]?.(talk), talk.ended]);
        } finally {
          clearTimeout(patience);
        }
        if (talk.isBroken) throw talk.isBroken;
        const { paceMs = 0 } = this.#options;
        if (paceMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * paceMs));
      }
    } finally {
      const giveUp = setTimeout(() => this.drop(), GOODBYE_MS);
      await Promise.race([client.end().catch(() => undefined), once(streamOf(client), 'close')]);
      clearTimeout(giveUp);
    }
  }
}
