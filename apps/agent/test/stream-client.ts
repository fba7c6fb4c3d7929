import WebSocket from 'ws';
import type { StreamAnswer, StreamRequest, StreamRun } from '../src/console/contract.js';
import { ROWS_HEADER_BYTES } from '../src/console/contract.js';
import type { Browser } from './fixture.js';

type Answer<T extends StreamAnswer['type']> = Extract<StreamAnswer, { type: T }>;

/** What came of one run. */
export class Streamed {
  readonly answers: StreamAnswer[] = [];
  bytes = 0;
  /** Bytes of rows by statement; dropped where a test does not look at them. */
  readonly rows = new Map<number, Buffer[]>();
  readonly done: Promise<Answer<'end'> | Answer<'refused'>>;
  settle: (answer: Answer<'end'> | Answer<'refused'>) => void = () => undefined;

  constructor(readonly id: number) {
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  all<T extends StreamAnswer['type']>(type: T): Answer<T>[] {
    return this.answers.filter((answer): answer is Answer<T> => answer.type === type);
  }

  /** The rows of a statement; what is left of one that was cut is not among them. */
  values(statement = 1): (string | null)[][] {
    return decodeRows(Buffer.concat(this.rows.get(statement) ?? []));
  }
}

/** A window of the console, as far as its socket goes. */
export class StreamWindow {
  readonly #socket: WebSocket;
  readonly #runs = new Map<number, Streamed>();
  #id = 0;
  /** Off: rows are taken in and not acknowledged, as by a browser that hangs. */
  isAcknowledging = true;
  isKeeping = true;
  readonly closed: Promise<number>;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', resolve));
    socket.on('message', (data: Buffer, isBinary) => this.#take(data, isBinary));
  }

  static open(browser: Browser, origin = browser.url): Promise<StreamWindow> {
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = `${browser.url.replace(/^http/, 'ws')}/api/stream`;
    const socket = new WebSocket(url, { headers: { cookie }, origin, perMessageDeflate: false });
    return new Promise((resolve, reject) => {
      const window = new StreamWindow(socket);
      socket.once('open', () => resolve(window));
      socket.once('error', reject);
    });
  }

  send(request: StreamRequest): void {
    this.#socket.send(JSON.stringify(request));
  }

  raw(text: string): void {
    this.#socket.send(text);
  }

  start(connection: string, sql: string, more: Partial<StreamRun> = {}): Streamed {
    this.#id += 1;
    const run = new Streamed(this.#id);
    this.#runs.set(run.id, run);
    this.send({ type: 'run', id: run.id, connection, tab: 'tab-1', sql, ...more });
    return run;
  }

  async run(connection: string, sql: string, more: Partial<StreamRun> = {}): Promise<Streamed> {
    const run = this.start(connection, sql, more);
    await run.done;
    return run;
  }

  cancel({ id }: Streamed): void {
    this.send({ type: 'cancel', id });
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.#rows(data);
      return;
    }
    const answer = JSON.parse(String(data)) as StreamAnswer;
    const run = this.#runs.get(answer.id);
    run?.answers.push(answer);
    if (answer.type === 'end' || answer.type === 'refused') run?.settle(answer);
  }

  #rows(data: Buffer): void {
    const run = this.#runs.get(data.readUInt32BE(0));
    if (!run) return;
    const statement = data.readUInt32BE(4);
    const bytes = data.subarray(ROWS_HEADER_BYTES);
    run.bytes += bytes.length;
    if (this.isKeeping) run.rows.set(statement, [...(run.rows.get(statement) ?? []), bytes]);
    if (this.isAcknowledging) this.send({ type: 'ack', id: run.id, bytes: bytes.length });
  }
}

/** DataRow: type, length, number of columns, and for each its length (-1: NULL) and bytes. */
export function decodeRows(bytes: Buffer): (string | null)[][] {
  const rows: (string | null)[][] = [];
  for (let at = 0; at + 5 <= bytes.length; ) {
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) break;
    const row: (string | null)[] = [];
    let from = at + 7;
    for (let left = bytes.readUInt16BE(at + 5); left > 0; left--) {
      const length = bytes.readInt32BE(from);
      from += 4;
      row.push(length === -1 ? null : bytes.toString('utf8', from, from + length));
      from += Math.max(0, length);
    }
    rows.push(row);
    at = end;
  }
  return rows;
}
