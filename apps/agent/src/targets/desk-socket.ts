import { Socket } from 'node:net';

/** As much as the system is asked for at once. */
const DESK_BYTES = 64 * 1024;
/** All sockets are read to the same place: what one read brought is dealt with before the next. */
const DESK = Buffer.allocUnsafeSlow(DESK_BYTES);

/**
 * A socket that makes no buffer for what it reads (Node makes one of 64 KB for every read, however short, which costs more than looking
 * at a message). Its `data` are copies. For use with a TLS layer on top of it, too, which then does the reading.
 */
export class DeskSocket extends Socket {
  #take: (bytes: Buffer) => void = (bytes) => this.emit('data', Buffer.from(bytes));

  constructor() {
    const callback = (length: number): boolean => {
      this.#take(DESK.subarray(0, length));
      return true;
    };
    // Of net.connect's options; the types do not know it here.
    super({ onread: { buffer: DESK, callback } } as ConstructorParameters<typeof Socket>[0]);
  }

  /** In place of `data`: bytes that are good for the length of the call only. */
  lend(take: (bytes: Buffer) => void): void {
    this.#take = take;
  }
}
