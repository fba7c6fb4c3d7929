/** More than this is not kept for later. */
const KEEP_BYTES = 64 * 1024;

/**
 * What goes to one socket, gathered so that it leaves in few pieces: each is a call of the system, which costs more than looking at a
 * message. Messages that came one behind the other, and leave so, are one piece without being copied.
 */
export class Outbox {
  readonly #write: (bytes: Buffer) => void;
  #pieces: Buffer[] = [];
  /** The last piece, as a part of the memory that it came in. */
  #memory: ArrayBufferLike | undefined;
  #start = 0;
  #end = 0;
  #size = 0;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  push(bytes: Buffer): void {
    const { buffer, byteOffset, length } = bytes;
    if (this.#memory === buffer && this.#end === byteOffset) {
      this.#end += length;
    } else {
      this.#close();
      this.#memory = buffer;
      this.#start = byteOffset;
      this.#end = byteOffset + length;
    }
    this.#size += length;
    if (this.#size > KEEP_BYTES) this.flush();
  }

  flush(): void {
    if (this.#size === 0) return;
    this.#close();
    const pieces = this.#pieces;
    const size = this.#size;
    this.#pieces = [];
    this.#size = 0;
    const [first] = pieces;
    if (pieces.length === 1 && first !== undefined) this.#write(first);
    else this.#write(Buffer.concat(pieces, size));
  }

  #close(): void {
    if (this.#memory !== undefined)
      this.#pieces.push(Buffer.from(this.#memory as ArrayBuffer, this.#start, this.#end - this.#start));
    this.#memory = undefined;
  }
}
