import { CodecError, HEADER_BYTES } from './bytes.js';

/** One whole message, its header included: what is forwarded is what came. */
export interface Frame {
  readonly kind: 'frame';
  readonly type: number;
  readonly raw: Buffer;
}

/**
 * A stretch of messages of one type that are passed on undecoded: any number of them, of which the first may have
 * begun before and the last may go on after.
 */
export interface Run {
  readonly kind: 'run';
  readonly type: number;
  readonly bytes: Buffer;
  /** Messages that begin in it. */
  readonly starts: number;
  /** Messages that end in it. */
  readonly ends: number;
}

export interface FrameLimits {
  /** Types that are handed on in runs as they come, however long: DataRow and CopyData. */
  readonly streamed: ReadonlySet<number>;
  /** Most bytes of a whole message of a type, header included. */
  maxBytes(type: number): number;
}

/** More parts than this are joined early when they are tiny: a buffer each costs more than their bytes. */
const PARTS_MAX = 512;
const TINY_BYTES = 1_024;
const NOTHING = Buffer.alloc(0);

/** Cuts a stream into messages. Bytes go in by `push`, and come out by `next` until it has no more. */
export class FrameSplitter {
  limits: FrameLimits;
  /** What has not come out begins at `#at` of the first piece. */
  #first: Buffer = NOTHING;
  #at = 0;
  #more: Buffer[] = [];
  #size = 0;
  /** Bytes wanted before anything can be said. */
  #need = HEADER_BYTES;
  /** Bytes that are still to come of a streamed message that has begun. */
  #runLeft = 0;
  #runType = 0;

  constructor(limits: FrameLimits) {
    this.limits = limits;
  }

  /** Bytes that were pushed and have not come out. */
  get pending(): number {
    return this.#size;
  }

  /** True between messages: nothing has begun that has not ended. */
  get isBetween(): boolean {
    return this.#size === 0 && this.#runLeft === 0;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.#size === 0) this.#first = chunk;
    else this.#more.push(chunk);
    this.#size += chunk.length;
    const parts = this.#more.length;
    if (parts > PARTS_MAX && this.#size < parts * TINY_BYTES) this.#join();
  }

  /**
   * The next message or run, or undefined until more is pushed. A run has at most `maxStarts` (at least 1) new
   * messages, so that a cap on rows falls between two of them. Throws {@link CodecError}; then the stream is lost.
   */
  next(maxStarts = Number.POSITIVE_INFINITY): Frame | Run | undefined {
    if (this.#runLeft > 0) return this.#size > 0 ? this.#run(maxStarts) : undefined;
    if (this.#size < this.#need) return undefined;
    this.#join();
    const bytes = this.#first;
    const type = bytes.readUInt8(this.#at);
    const total = frameLength(bytes, this.#at);
    if (this.limits.streamed.has(type)) {
      this.#runType = type;
      return this.#run(maxStarts);
    }
    if (total > this.limits.maxBytes(type)) {
      throw new CodecError(`a message of ${total} bytes is longer than allowed here`);
    }
    if (this.#size < total) {
      this.#need = total;
      return undefined;
    }
    this.#need = HEADER_BYTES;
    return { kind: 'frame', type, raw: this.#take(total) };
  }

  /** Copies what has not come out of the last chunk, whose memory is somebody else's from now on. To be called after each `push`. */
  keep(): void {
    const last = this.#more.pop();
    if (last !== undefined) this.#more.push(Buffer.from(last));
    else if (this.#size > 0) {
      this.#first = Buffer.from(this.#first.subarray(this.#at));
      this.#at = 0;
    }
  }

  #run(maxStarts: number): Run {
    this.#join();
    const bytes = this.#first;
    let at = this.#at + Math.min(this.#runLeft, this.#size);
    let left = this.#runLeft - (at - this.#at);
    let starts = 0;
    let ends = at > this.#at && left === 0 ? 1 : 0;
    while (left === 0 && starts < maxStarts && bytes.length - at >= HEADER_BYTES) {
      if (bytes[at] !== this.#runType) break;
      const total = frameLength(bytes, at);
      const here = Math.min(total, bytes.length - at);
      at += here;
      left = total - here;
      starts += 1;
      if (left === 0) ends += 1;
    }
    this.#runLeft = left;
    return { kind: 'run', type: this.#runType, bytes: this.#take(at - this.#at), starts, ends };
  }

  /** All that has not come out, and may it be nothing: whoever takes the socket over goes on from it. */
  takeRest(): Buffer {
    this.#join();
    this.#need = HEADER_BYTES;
    return this.#take(this.#size);
  }

  /** Makes all that has not come out one piece. */
  #join(): void {
    if (this.#more.length === 0) return;
    this.#first = Buffer.concat([this.#first.subarray(this.#at), ...this.#more], this.#size);
    this.#at = 0;
    this.#more = [];
  }

  #take(length: number): Buffer {
    const bytes = this.#first.subarray(this.#at, this.#at + length);
    this.#at += length;
    this.#size -= length;
    // Whoever is idle holds on to no memory.
    if (this.#size === 0) {
      this.#first = NOTHING;
      this.#at = 0;
    }
    return bytes;
  }
}

function frameLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at + 1);
  if (length < 4 || length > 0x7fff_ffff) throw new CodecError('invalid message length');
  return length + 1;
}
