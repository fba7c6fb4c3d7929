import type { Socket } from 'node:net';
import type pg from 'pg';
import { requestCancel } from './cancel.js';
import type { ConnectedClient, PinnedSettings } from './connect.js';
import type { WireClient } from './wire-client.js';

/** The protocol's Terminate. */
const TERMINATE = Buffer.of(0x58, 0, 0, 0, 4);
/** A backend that does not read its Terminate is left behind. */
const GOODBYE_MS = 2_000;

export interface RawSessionEvents {
  data(chunk: Buffer): void;
  /** The connection is over, whoever ended it. */
  closed(): void;
  /** Bytes can be sent again. */
  drained(): void;
}

/**
 * One database session behind its walls, as bytes: node-postgres has connected it (TLS, SCRAM, start-up options) and lets go of
 * its socket once the server is ready.
 */
export class RawSession {
  readonly pinned: PinnedSettings;
  readonly reported: ReadonlyMap<string, string>;
  readonly #client: WireClient;
  readonly #config: pg.ClientConfig;
  readonly #socket: Socket;
  #isClosed = false;

  constructor({ client, config, pinned, reported }: ConnectedClient, events: RawSessionEvents) {
    this.#client = client;
    this.#config = config;
    this.pinned = pinned;
    this.reported = reported;
    const socket = client.connection.stream as unknown as Socket;
    this.#socket = socket;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => events.data(chunk));
    socket.on('drain', () => events.drained());
    socket.on('end', () => socket.destroy());
    socket.on('close', () => {
      this.#isClosed = true;
      events.closed();
    });
    if (socket.destroyed) queueMicrotask(() => events.closed());
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** False: wait for `drained` before sending more. */
  write(bytes: Buffer): boolean {
    return this.#socket.writable ? this.#socket.write(bytes) : true;
  }

  cork(): void {
    this.#socket.cork();
  }

  uncork(): void {
    this.#socket.uncork();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Asks the server to stop what runs; resolves when the request was taken. */
  cancel(): Promise<void> {
    return this.#isClosed ? Promise.resolve() : requestCancel(this.#config, this.#client);
  }

  /** Ends the session in an orderly way: an open transaction is rolled back by the server. */
  end(): void {
    if (this.#isClosed) return;
    this.#socket.resume();
    this.#socket.end(TERMINATE);
    const timer = setTimeout(() => this.#socket.destroy(), GOODBYE_MS).unref();
    this.#socket.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}
