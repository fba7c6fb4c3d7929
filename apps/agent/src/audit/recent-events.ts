import { HEADER_BYTES } from './frame.js';
import type { ReadRequest, SpooledEvent } from './spool-reader.js';

/** Where the control plane is slower than this, or away, events are read from the disk. */
const KEEP_BYTES = 2 * 1024 * 1024;

/** Frames as they were written in one piece, numbered without a gap. */
interface Block {
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly bytes: Buffer;
}

/** What the disk has confirmed of late and nobody has read: most events are sent right after that, and need not be read back. */
export class RecentEvents {
  #blocks: Block[] = [];
  #bytes = 0;

  add(block: Block): void {
    const last = this.#blocks.at(-1);
    const follows = last === undefined || last.lastSeq + 1 === block.firstSeq;
    if (!follows || this.#bytes + block.bytes.length > KEEP_BYTES) this.#clear();
    this.#blocks.push(block);
    this.#bytes += block.bytes.length;
  }

  /** They are with the control plane. */
  forget(toSeq: number): void {
    while ((this.#blocks[0]?.lastSeq ?? Number.POSITIVE_INFINITY) <= toSeq)
      this.#bytes -= this.#blocks.shift()?.bytes.length ?? 0;
  }

  /** Events from `fromSeq` on without a gap; undefined when they are not here. */
  read({ fromSeq, toSeq, max, maxBytes }: ReadRequest): SpooledEvent[] | undefined {
    const from = this.#blocks.findIndex(({ firstSeq, lastSeq }) => firstSeq <= fromSeq && fromSeq <= lastSeq);
    if (from === -1) return undefined;
    const found: SpooledEvent[] = [];
    let size = 0;
    for (const { firstSeq, bytes } of this.#blocks.slice(from)) {
      let seq = firstSeq;
      for (let at = 0; at < bytes.length; seq++) {
        const end = at + HEADER_BYTES + bytes.readUInt32BE(at);
        if (seq > toSeq || found.length === max || size >= maxBytes) return found;
        if (seq >= fromSeq) {
          const json = bytes.subarray(at + HEADER_BYTES, end);
          found.push({ seq, json });
          size += json.length;
        }
        at = end;
      }
    }
    return found;
  }

  #clear(): void {
    this.#blocks = [];
    this.#bytes = 0;
  }
}
