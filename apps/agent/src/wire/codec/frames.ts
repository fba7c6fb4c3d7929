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
  #parts: Buffer[] = [];
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
    this.#parts.push(chunk);
    this.#size += chunk.length;
    const parts = this.#parts.length;
    if (parts > PARTS_MAX && this.#size < parts * TINY_BYTES) this.#joined();
  }

  /**
   * The next message or run, or undefined until more is pushed. A run has at most `maxStarts` (at least 1) new
   * messages, so that a cap on rows falls between two of them. Throws {@link CodecError}; then the stream is lost.
   */
  next(maxStarts = Number.POSITIVE_INFINITY): Frame | Run | undefined {
    if (this.#runLeft > 0) return this.#size > 0 ? this.#run(this.#joined(), maxStarts) : undefined;
    if (this.#size < this.#need) return undefined;
    const bytes = this.#joined();
    const type = bytes.readUInt8(0);
    const total = frameLength(bytes, 0);
    if (this.limits.streamed.has(type)) {
      this.#runType = type;
      return this.#run(bytes, maxStarts);
    }
    if (total > this.limits.maxBytes(type)) {
      throw new CodecError(`a message of ${total} bytes is longer than allowed here`);
    }
    if (bytes.length < total) {
      this.#need = total;
      return undefined;
    }
    this.#need = HEADER_BYTES;
    this.#keep(bytes, total);
    return { kind: 'frame', type, raw: bytes.subarray(0, total) };
  }

  #run(bytes: Buffer, maxStarts: number): Run {
    let at = Math.min(this.#runLeft, bytes.length);
    let left = this.#runLeft - at;
    let starts = 0;
    let ends = at > 0 && left === 0 ? 1 : 0;
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
    this.#keep(bytes, at);
    return { kind: 'run', type: this.#runType, bytes: bytes.subarray(0, at), starts, ends };
  }

  /** All that has not come out, and may it be nothing: whoever takes the socket over goes on from it. */
  takeRest(): Buffer {
    const rest = this.#joined();
    this.#keep(rest, rest.length);
    this.#need = HEADER_BYTES;
    return rest;
  }

  #joined(): Buffer {
    const [first = NOTHING] = this.#parts;
    if (this.#parts.length <= 1) return first;
    const bytes = Buffer.concat(this.#parts, this.#size);
    this.#parts = [bytes];
    return bytes;
  }

  #keep(bytes: Buffer, from: number): void {
    this.#size = bytes.length - from;
    this.#parts = this.#size === 0 ? [] : [bytes.subarray(from)];
  }
}

function frameLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at + 1);
  if (length < 4 || length > 0x7fff_ffff) throw new CodecError('invalid message length');
  return length + 1;
}
