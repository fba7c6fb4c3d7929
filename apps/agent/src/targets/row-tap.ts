import type { Socket } from 'node:net';
import { BACKEND } from '../wire/codec/backend.js';
import { CodecError } from '../wire/codec/bytes.js';
import { type Frame, FrameSplitter, type Run } from '../wire/codec/frames.js';
import { DeskSocket } from './desk-socket.js';
import type { WireClient } from './wire-client.js';

/** Of what is not a row, an error's text is the longest. */
const MESSAGE_MAX = 64 * 1024 * 1024;

/** What one session may have read before others come to their turn. */
const TURN_BYTES = 128 * 1024;

/** Takes the rows of a result as the bytes that the server sent. */
export interface RowSink {
  /** Rows that are still wanted: what comes behind them is dropped. */
  readonly rowsLeft: number;
  /** A stretch of DataRow messages; the first may have begun before and the last may go on after. The bytes are good for the call only. */
  rows(bytes: Buffer, starts: number, ends: number): void;
}

/**
 * Stands between a session's socket and node-postgres, which decodes every value of every row. While a sink is set it gets the
 * rows undecoded; all other messages go on to node-postgres, to whom the result looks empty.
 */
export class RowTap {
  sink: RowSink | undefined;
  readonly #splitter = new FrameSplitter({
    streamed: new Set([BACKEND.dataRow]),
    maxBytes: () => MESSAGE_MAX,
  });
  readonly #socket: Socket;
  readonly #parsers: readonly ((bytes: Buffer) => void)[];
  #isMidRow = false;
  #isDropping = false;
  #isPaused = false;
  /** Bytes of this turn of the event loop, and whether they were enough for it. */
  #taken = 0;
  #isResting = false;

  constructor(client: WireClient) {
    this.#socket = client.connection.stream as unknown as Socket;
    this.#parsers = this.#socket.listeners('data') as ((bytes: Buffer) => void)[];
    this.#socket.removeAllListeners('data');
    const take = (chunk: Buffer): void => this.#take(chunk);
    if (this.#socket instanceof DeskSocket) this.#socket.lend(take);
    else this.#socket.on('data', take);
  }

  /** Nothing more is read from the server until `resume`: it stops when the buffers between are full. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isResting) this.#socket.resume();
  }

  /** A socket that has much to say would be read many times in a row, and everybody else waits. */
  #count(bytes: number): void {
    if (this.#taken === 0) setImmediate(() => this.#turned());
    this.#taken += bytes;
    if (this.#taken < TURN_BYTES || this.#isResting) return;
    this.#isResting = true;
    this.#socket.pause();
  }

  #turned(): void {
    this.#taken = 0;
    if (this.#isResting && !this.#isPaused) this.#socket.resume();
    this.#isResting = false;
  }

  #take(chunk: Buffer): void {
    try {
      this.#splitter.push(chunk);
      for (let item = this.#next(); item !== undefined; item = this.#next()) this.#give(item);
      this.#splitter.keep();
      if (this.sink !== undefined) this.#count(chunk.length);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#socket.destroy(error);
    }
  }

  #next(): Frame | Run | undefined {
    // What is left of a row shares its fate, so it is taken alone.
    if (this.#isMidRow) return this.#splitter.next(0);
    const left = this.sink?.rowsLeft ?? Number.POSITIVE_INFINITY;
    return this.#splitter.next(left > 0 ? left : 1);
  }

  #give(item: Frame | Run): void {
    if (item.kind === 'frame' || this.sink === undefined) {
      // What is not whole is kept there.
      this.#parse(item.kind === 'frame' ? item.raw : Buffer.from(item.bytes));
      return;
    }
    const { bytes, starts, ends } = item;
    if (starts > 0) this.#isDropping = this.sink.rowsLeft <= 0;
    this.#isMidRow = starts + (this.#isMidRow ? 1 : 0) > ends;
    if (!this.#isDropping) this.sink.rows(bytes, starts, ends);
  }

  #parse(bytes: Buffer): void {
    for (const parse of this.#parsers) parse(bytes);
  }
}
