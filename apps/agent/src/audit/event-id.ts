import { randomFillSync } from 'node:crypto';

/** Of events within one millisecond: 12 bits, begun in their lower half. */
const COUNTER_MAX = 0xfff;
/** Random bytes of one id, and of how many ids the system is asked for at once. */
const RANDOM_BYTES = 8;
const IDS = 512;

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/**
 * UUIDv7 (RFC 9562, 6.2, method 1: a counter of a fixed length): each sorts behind the one before it. Two are made for every
 * statement, so what ids of one millisecond share is made once, and random bytes are fetched in stock.
 */
export class EventIds {
  #ms = 0;
  #time = '';
  #counter = 0;
  readonly #random = Buffer.allocUnsafe(RANDOM_BYTES * IDS);
  #used = this.#random.length;

  next(now: number): string {
    if (this.#used === this.#random.length) {
      randomFillSync(this.#random);
      this.#used = 0;
    }
    const at = this.#used;
    this.#used += RANDOM_BYTES;
    if (now > this.#ms) this.#begin(now, this.#random.readUInt16BE(at) & (COUNTER_MAX >> 1));
    else if (this.#counter === COUNTER_MAX) this.#begin(this.#ms + 1, 0);
    else this.#counter += 1;
    const counter = this.#counter;
    // The variant takes two bits of the first random byte.
    const variant = this.#hex(at, 0x3f, 0x80) + this.#hex(at + 1);
    let node = '';
    for (let index = at + 2; index < at + RANDOM_BYTES; index++) node += this.#hex(index);
    return `${this.#time}${(counter >> 8).toString(16)}${HEX[counter & 0xff]}-${variant}-${node}`;
  }

  #begin(ms: number, counter: number): void {
    const time = ms.toString(16).padStart(12, '0');
    this.#ms = ms;
    this.#time = `${time.slice(0, 8)}-${time.slice(8)}-7`;
    this.#counter = counter;
  }

  #hex(at: number, mask = 0xff, bits = 0): string {
    return HEX[((this.#random[at] ?? 0) & mask) | bits] ?? '';
  }
}
