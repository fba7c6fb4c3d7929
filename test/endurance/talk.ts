import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import pg from 'pg';
import type { Journal, Said } from './journal.js';

/** One client, and as whom it connects where. */
export interface LaneOptions {
  readonly lane: number;
  readonly journal: Journal;
  readonly person: string;
  /** May take results away in any number of rows. */
  readonly mayExport: boolean;
  readonly mayWrite: boolean;
  /** Does nothing but ask for much and read it late. */
  readonly isSlowReader?: boolean;
  /** Of about so long between two things that it does; default none. */
  readonly paceMs?: number;
  /** Where and as whom it connects now; ports change when an agent is started again elsewhere. */
  readonly login: () => pg.ClientConfig & { readonly port: number };
}

/** The socket of a client, which its types do not show. */
export const streamOf = (client: pg.Client): Socket =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream;

export const codeOf = (error: unknown): string => {
  const { code, message } = error as { code?: string; message?: string };
  return code ?? message ?? 'unknown';
};

/** One session's way to say things and to write down what became of them. */
export class Talk {
  readonly client: pg.Client;
  readonly #options: LaneOptions;
  /** The connection is over. */
  isBroken: unknown;
  readonly ended: Promise<void>;

  constructor(client: pg.Client, options: LaneOptions) {
    this.client = client;
    this.#options = options;
    client.on('error', (error) => {
      this.isBroken ??= error;
    });
    this.ended = new Promise((resolve) => {
      client.on('end', () => {
        this.isBroken ??= new Error('the connection ended');
        setImmediate(resolve);
      });
    });
  }

  text(make: (mark: string) => string): Said {
    return this.#options.journal.text(this.#options.lane, this.#options.person, make);
  }

  /** Says a text; an error of the database is an answer like any other. True: it succeeded. */
  async say(said: Said, run: (text: string) => Promise<unknown>): Promise<boolean> {
    said.sent += 1;
    try {
      await run(said.text);
      said.succeeded += 1;
      return true;
    } catch (error) {
      this.failed(said, error);
      return false;
    }
  }

  failed(said: Said, error: unknown): void {
    this.#options.journal.error(codeOf(error));
    if (!(error instanceof pg.DatabaseError) || error.severity === 'FATAL') this.isBroken ??= error;
    else if (error.code === '42501') said.refused += 1;
  }

  /** A CancelRequest for whatever runs (PostgreSQL docs, "Canceling Requests in Progress"). */
  async cancel(): Promise<void> {
    const { processID, secretKey } = this.client as unknown as { processID: number; secretKey: number };
    const request = Buffer.alloc(16);
    for (const [index, value] of [16, 80877102, processID, secretKey].entries())
      request.writeInt32BE(value, index * 4);
    const socket = connect(this.#options.login().port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.end(request);
    await once(socket, 'close').catch(() => undefined);
  }
}
