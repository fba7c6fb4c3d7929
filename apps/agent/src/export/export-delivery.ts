import type { Writable } from 'node:stream';
import type { RowWriter } from '@postern/core/results';
import type { Delivery, Flow } from '../session/delivery.js';
import type { ResultStream } from '../targets/target-session.js';
import { RowReader } from './row-reader.js';

/** Writes the rows of a statement to a file; the database waits while the file is not taken. */
export class ExportDelivery implements Delivery {
  readonly sent = { rows: 0, bytes: 0 };
  readonly #writer: RowWriter;
  readonly #out: Writable;
  readonly #onFail: (error: unknown) => void;
  #isStopped = false;
  #flow: Flow | undefined;
  #start: () => void = () => undefined;
  /** The first bytes are written: from now on there is a file. */
  readonly started = new Promise<void>((resolve) => {
    this.#start = resolve;
  });

  constructor(writer: RowWriter, out: Writable, onFail: (error: unknown) => void) {
    this.#writer = writer;
    this.#out = out;
    this.#onFail = onFail;
    out.on('drain', () => this.#flow?.resume());
    out.on('close', () => this.#flow?.resume());
  }

  begin(_statement: unknown, maxRows: number, flow: Flow): ResultStream {
    this.#flow = flow;
    const reader = new RowReader();
    let rowsLeft = maxRows;
    return {
      get rowsLeft() {
        return rowsLeft;
      },
      columns: (columns) => {
        this.#write(() => [this.#writer.begin(columns)]);
        this.#start();
      },
      rows: (bytes, starts) => {
        rowsLeft -= starts;
        this.sent.bytes += bytes.length;
        this.#write(() => {
          const parts: (string | Uint8Array)[] = [];
          reader.push(bytes, (row) => {
            this.sent.rows += 1;
            parts.push(this.#writer.row(row));
          });
          return parts;
        });
      },
      notice: () => undefined,
    };
  }

  complete(): void {
    this.#flow?.resume();
    this.#flow = undefined;
  }

  stop(): void {
    this.#isStopped = true;
    this.#flow?.resume();
  }

  /** What is left to write once all rows are there. */
  async end(): Promise<void> {
    this.#out.end(await this.#writer.end());
  }

  #write(make: () => (string | Uint8Array)[]): void {
    if (this.#isStopped) return;
    try {
      const parts = make();
      const isText = parts.every((part) => typeof part === 'string');
      const chunk = isText ? parts.join('') : Buffer.concat(parts.map((part) => Buffer.from(part)));
      if (chunk.length > 0 && !this.#out.write(chunk)) this.#flow?.pause();
    } catch (error) {
      // Thrown on, it would end the session, which has done nothing wrong.
      this.stop();
      this.#onFail(error);
    }
  }
}
