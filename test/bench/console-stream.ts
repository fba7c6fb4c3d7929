import { ROWS_HEADER_BYTES, STREAM_ACK_BYTES } from '@postern/agent/console-contract';
import type { ConsoleClient } from '@postern/infra/console-client';
import WebSocket from 'ws';

interface Waiting {
  readonly startedAt: number;
  firstRowMs: number;
  /** Bytes of rows that were not acknowledged yet. */
  taken: number;
  resolve(end: { firstRowMs: number }): void;
  reject(error: Error): void;
}

/** A window of the console as far as its socket goes: takes rows in, acknowledges them and forgets them. */
export class ConsoleStream {
  readonly #socket: WebSocket;
  readonly #connection: string;
  readonly #waiting = new Map<number, Waiting>();
  #id = 0;

  private constructor(socket: WebSocket, connection: string) {
    this.#socket = socket;
    this.#connection = connection;
    socket.on('message', (data: Buffer, isBinary) => this.#take(data, isBinary));
  }

  static open(client: Pick<ConsoleClient, 'origin' | 'headers'>, connection: string): Promise<ConsoleStream> {
    const url = `${client.origin.replace(/^http/, 'ws')}/api/stream`;
    const socket = new WebSocket(url, {
      headers: client.headers,
      origin: client.origin,
      perMessageDeflate: false,
    });
    return new Promise((resolve, reject) => {
      socket.once('open', () => resolve(new ConsoleStream(socket, connection)));
      socket.once('error', reject);
    });
  }

  run(sql: string, tab: string): Promise<{ firstRowMs: number }> {
    this.#id += 1;
    const id = this.#id;
    const ended = new Promise<{ firstRowMs: number }>((resolve, reject) => {
      this.#waiting.set(id, {
        startedAt: performance.now(),
        firstRowMs: Number.NaN,
        taken: 0,
        resolve,
        reject,
      });
    });
    this.#socket.send(JSON.stringify({ type: 'run', id, connection: this.#connection, tab, sql }));
    return ended;
  }

  close(): void {
    this.#socket.close();
  }

  #acknowledge(id: number, waiting: Waiting, bytes: number): void {
    if (Number.isNaN(waiting.firstRowMs)) waiting.firstRowMs = performance.now() - waiting.startedAt;
    waiting.taken += bytes;
    if (waiting.taken < STREAM_ACK_BYTES) return;
    this.#socket.send(JSON.stringify({ type: 'ack', id, bytes: waiting.taken }));
    waiting.taken = 0;
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      const id = data.readUInt32BE(0);
      const waiting = this.#waiting.get(id);
      if (waiting) this.#acknowledge(id, waiting, data.length - ROWS_HEADER_BYTES);
      return;
    }
    const answer = JSON.parse(String(data)) as {
      type: string;
      id: number;
      error?: { message: string } | null;
    };
    if (answer.type !== 'end' && answer.type !== 'refused') return;
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if (answer.error) waiting?.reject(new Error(answer.error.message));
    else waiting?.resolve({ firstRowMs: waiting.firstRowMs });
  }
}
