import type { Socket } from 'node:net';
import type { WireClient } from '../wire-client.js';

const NAME = 'postern_snapshot';

const cstring = (text: string): Buffer => Buffer.from(`${text}\0`);
const message = (type: string, body: Buffer): Buffer => {
  const bytes = Buffer.concat([Buffer.from(type), Buffer.alloc(4), body]);
  bytes.writeUInt32BE(bytes.length - 1, 1);
  return bytes;
};

/** Bind of no parameters, Execute of all rows, Sync. */
const LOOK = Buffer.concat([
  message('B', Buffer.concat([cstring(''), cstring(NAME), Buffer.alloc(6)])),
  message('E', Buffer.concat([cstring(''), Buffer.alloc(4)])),
  message('S', Buffer.alloc(0)),
]);

const [ROW, ERROR, READY] = [0x44, 0x45, 0x5a];
const HEADER_BYTES = 5;

/** Gets the snapshot, or why there is none. May not throw. */
type Told = (snapshot: string | Error) => void;

/**
 * Asks which transactions others see as ended, as text: the cheapest question there is, because it is asked before every statement.
 * While it is on its way nothing else may be asked in the session, whose bytes node-postgres reads at all other times.
 */
export class SnapshotLook {
  readonly #socket: Socket;
  #told: Told | undefined;
  #bytes: Buffer | undefined;

  private constructor(client: WireClient) {
    this.#socket = client.connection.stream as unknown as Socket;
    const readers = this.#socket.listeners('data') as ((chunk: Buffer) => void)[];
    this.#socket.removeAllListeners('data');
    this.#socket.on('data', (chunk: Buffer) => {
      if (this.#told !== undefined) this.#take(chunk);
      else for (const read of readers) read(chunk);
    });
    this.#socket.on('close', () => this.#tell(new Error('the connection has ended')));
  }

  static async prepare(client: WireClient): Promise<SnapshotLook> {
    await client.query(`prepare ${NAME} as select pg_catalog.pg_current_snapshot()::pg_catalog.text`);
    return new SnapshotLook(client);
  }

  ask(told: Told): void {
    this.#told = told;
    if (this.#socket.destroyed) this.#tell(new Error('the connection has ended'));
    else this.#socket.write(LOOK);
  }

  /** The answer is whole when its last message is. */
  #take(chunk: Buffer): void {
    const bytes = this.#bytes === undefined ? chunk : Buffer.concat([this.#bytes, chunk]);
    const answer = answerIn(bytes);
    this.#bytes = answer === undefined ? bytes : undefined;
    if (answer !== undefined) this.#tell(answer);
  }

  #tell(answer: string | Error): void {
    const told = this.#told;
    this.#told = undefined;
    this.#bytes = undefined;
    told?.(answer);
  }
}

/** What the messages up to ReadyForQuery say; undefined: it has not come. */
function answerIn(bytes: Buffer): string | Error | undefined {
  let snapshot: string | undefined;
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const type = bytes[at];
    const end = at + 1 + bytes.readUInt32BE(at + 1);
    if (end > bytes.length) return undefined;
    if (type === READY) return snapshot ?? new Error('the server did not tell its snapshot');
    // One column: their count, its length, itself.
    if (type === ROW) snapshot = bytes.toString('latin1', at + HEADER_BYTES + 6, end);
    else if (type === ERROR) return new Error('the server refused to tell its snapshot');
    at = end;
  }
  return undefined;
}
