import { randomUUID } from 'node:crypto';

/** Of events within one millisecond: 12 bits, begun in their lower half. */
const COUNTER_MAX = 0xfff;

/**
 * UUIDv7 (RFC 9562, 6.2, method 1: a counter of a fixed length): each sorts behind the one before it. Its random bits are those of
 * `randomUUID`, which the runtime makes in stock: several times faster than asking the system for each.
 */
export class EventIds {
  #ms = 0;
  #counter = 0;

  next(now: number): string {
    const random = randomUUID();
    if (now > this.#ms) {
      this.#ms = now;
      this.#counter = Number.parseInt(random.slice(0, 3), 16) >> 1;
    } else if (this.#counter === COUNTER_MAX) {
      this.#ms += 1;
      this.#counter = 0;
    } else {
      this.#counter += 1;
    }
    const time = this.#ms.toString(16).padStart(12, '0');
    const counter = this.#counter.toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${random.slice(19)}`;
  }
}
