import type { StatementClass } from '@postern/core/sql';
import type { Delivery, Flow } from '../session/delivery.js';
import type { StatementResult } from '../session/outcome.js';
import type { Column, Notice, ResultStream } from '../targets/target-session.js';
import { ROWS_HEADER_BYTES, STREAM_WINDOW_BYTES, type StreamAnswer } from './contract.js';
import type { Pieces } from './pieces.js';

export interface StreamOut {
  say(answer: StreamAnswer): void;
  /** `sent`: the bytes are not needed any more. */
  rows(bytes: Buffer, sent: () => void): void;
}

/** The results of one run on their way to a window, as far as the window takes them. */
export class StreamDelivery implements Delivery {
  readonly sent = { rows: 0, bytes: 0 };
  readonly pieces: Pieces;
  readonly #id: number;
  readonly #out: StreamOut;
  /** Bytes that are on their way. */
  #unacknowledged = 0;
  #isStopped = false;
  #current: StatementStream | undefined;

  constructor(id: number, out: StreamOut, pieces: Pieces) {
    this.#id = id;
    this.#out = out;
    this.pieces = pieces;
  }

  begin({ index: statement, kind, start, end }: StatementClass, maxRows: number, flow: Flow): ResultStream {
    if (!this.#isStopped) this.#out.say({ type: 'begun', id: this.#id, statement, kind, start, end });
    this.#current = new StatementStream(this, statement, maxRows, flow);
    return this.#current;
  }

  complete(result: StatementResult): void {
    const stream = this.#current;
    this.#current = undefined;
    stream?.flush();
    stream?.go();
    if (this.#isStopped) return;
    const { statement, command, rowCount, truncated, durationMs } = result;
    const { firstRowMs = null, waitedMs = 0 } = stream ?? {};
    const columns = [...result.columns];
    const times = { durationMs, firstRowMs, waitedMs };
    this.#out.say({
      ...{ type: 'complete', id: this.#id, statement, command, columns, rowCount, truncated },
      ...times,
    });
  }

  /** Rows that came before it are kept. */
  stop(): void {
    if (this.#isStopped) return;
    this.#current?.flush();
    this.#isStopped = true;
    this.#current?.go();
  }

  acknowledge(bytes: number): void {
    this.#unacknowledged = Math.max(0, this.#unacknowledged - bytes);
    if (this.#unacknowledged < STREAM_WINDOW_BYTES) this.#current?.go();
  }

  get isFull(): boolean {
    return !this.#isStopped && this.#unacknowledged >= STREAM_WINDOW_BYTES;
  }

  get isStopped(): boolean {
    return this.#isStopped;
  }

  say(statement: number, what: { columns: readonly Column[] } | { notice: Notice }): void {
    if (this.#isStopped) return;
    const of = { id: this.#id, statement };
    if ('notice' in what) this.#out.say({ type: 'notice', ...of, notice: what.notice });
    else this.#out.say({ type: 'columns', ...of, columns: [...what.columns] });
  }

  /** A piece of rows, filled up to `end`; its header is still to be written. */
  send(statement: number, piece: Buffer, end: number): void {
    const bytes = end - ROWS_HEADER_BYTES;
    piece.writeUInt32BE(this.#id, 0);
    piece.writeUInt32BE(statement, 4);
    this.#unacknowledged += bytes;
    this.sent.bytes += bytes;
    this.#out.rows(piece.subarray(0, end), () => this.pieces.giveBack(piece));
  }
}

/** The rows of one statement: small stretches are put together, and the database waits while the window is full. */
class StatementStream implements ResultStream {
  rowsLeft: number;
  firstRowMs: number | null = null;
  waitedMs = 0;
  readonly #delivery: StreamDelivery;
  readonly #statement: number;
  readonly #flow: Flow;
  readonly #startedAt = performance.now();
  #piece: Buffer | undefined;
  /** Where the next row goes in it. */
  #at = 0;
  #isWaking = false;
  #pausedAt: number | undefined;

  constructor(delivery: StreamDelivery, statement: number, maxRows: number, flow: Flow) {
    this.#delivery = delivery;
    this.#statement = statement;
    this.rowsLeft = maxRows;
    this.#flow = flow;
  }

  columns(columns: readonly Column[]): void {
    this.#delivery.say(this.#statement, { columns });
  }

  notice(notice: Notice): void {
    this.flush();
    this.#delivery.say(this.#statement, { notice });
  }

  rows(bytes: Buffer, starts: number, ends: number): void {
    this.rowsLeft -= starts;
    if (this.#delivery.isStopped) return;
    this.firstRowMs ??= performance.now() - this.#startedAt;
    this.#delivery.sent.rows += ends;
    for (let from = 0; from < bytes.length; ) from += this.#put(bytes, from);
    if (this.#piece === undefined || this.#isWaking) return;
    this.#isWaking = true;
    setImmediate(() => {
      this.#isWaking = false;
      this.flush();
    });
  }

  /** Copies what has room in the piece; a full one is sent. */
  #put(bytes: Buffer, from: number): number {
    if (this.#piece === undefined) {
      this.#piece = this.#delivery.pieces.take();
      this.#at = ROWS_HEADER_BYTES;
    }
    const copied = bytes.copy(this.#piece, this.#at, from);
    this.#at += copied;
    if (this.#at === this.#piece.length) this.flush();
    return copied;
  }

  flush(): void {
    const piece = this.#piece;
    if (piece === undefined || this.#delivery.isStopped) return;
    this.#piece = undefined;
    this.#delivery.send(this.#statement, piece, this.#at);
    if (!this.#delivery.isFull || this.#pausedAt !== undefined) return;
    this.#pausedAt = performance.now();
    this.#flow.pause();
  }

  go(): void {
    if (this.#pausedAt === undefined) return;
    this.waitedMs += performance.now() - this.#pausedAt;
    this.#pausedAt = undefined;
    this.#flow.resume();
  }
}
