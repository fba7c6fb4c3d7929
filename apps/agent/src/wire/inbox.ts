import type { Socket } from 'node:net';

/** The other side left before it had said all that was needed. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone';
}

/** Long enough for an answer to arrive; then a client that does not close is cut off. */
const FAREWELL_MS = 5_000;

/** Last words to a client. What it still sends is read, or the system would take the answer back with a reset. */
export function farewell(socket: Socket, bytes: Buffer): void {
  const timer = setTimeout(() => socket.destroy(), FAREWELL_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('error', () => undefined);
  socket.end(bytes);
  socket.resume();
}

/** What a socket has sent, pulled out piece by piece: nothing more is read than is asked for. */
export class Inbox {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;
  readonly #onEvent = () => this.#wake();

  constructor(socket: Socket) {
    this.#socket = socket;
    for (const event of ['readable', 'end', 'close', 'error']) socket.on(event, this.#onEvent);
  }

  /** What `read` finds at the beginning of the bytes, as soon as there are enough of them. */
  async take<T>(read: (bytes: Buffer) => { value: T; rest: Buffer } | undefined): Promise<T> {
    for (;;) {
      const found = read(this.#bytes);
      if (found) {
        this.#bytes = found.rest;
        return found.value;
      }
      this.#bytes = Buffer.concat([this.#bytes, await this.#more()]);
    }
  }

  /** Lets go of the socket, paused. Answers with the bytes that were read and not taken. */
  release(): Buffer {
    const rest = this.#bytes;
    this.#bytes = Buffer.alloc(0);
    for (const event of ['readable', 'end', 'close', 'error']) this.#socket.off(event, this.#onEvent);
    this.#socket.pause();
    return rest;
  }

  async #more(): Promise<Buffer> {
    for (;;) {
      const chunk: Buffer | null = this.#socket.read();
      if (chunk) return chunk;
      if (this.#socket.destroyed || this.#socket.readableEnded) throw new ClientGone('the client has left');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
