import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFrame } from './frame.js';
import { firstSeqOf } from './segment.js';

/** Read at once; where a frame is longer, twice as much is read. */
const CHUNK_BYTES = 256 * 1024;

export interface ReadRequest {
  readonly fromSeq: number;
  /** Last number confirmed durable: what stands behind it is not to be read yet. */
  readonly toSeq: number;
  readonly max: number;
  readonly maxBytes: number;
}

/** An event as it stands in the spool. */
export interface SpooledEvent {
  readonly seq: number;
  /** JSON of the chained event. */
  readonly json: Buffer;
}

/** Where the event `seq` begins. */
interface Place {
  readonly segment: string;
  readonly offset: number;
  readonly seq: number;
}

/** Reads the spool in order, remembering where the last read ended, so that the next costs only what it returns. */
export class SpoolReader {
  readonly #dir: string;
  #next: Place | undefined;

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Events from `fromSeq` on without a gap; empty when that number is not there. */
  async read(segments: readonly string[], request: ReadRequest): Promise<SpooledEvent[]> {
    const batch = new Batch(request);
    const known = this.#next?.seq === request.fromSeq ? this.#next : undefined;
    const at = known ? segments.indexOf(known.segment) : -1;
    const first = at >= 0 ? at : segments.findLastIndex((name) => firstSeqOf(name) <= request.fromSeq);
    let place = at >= 0 ? known : undefined;
    for (const segment of segments.slice(Math.max(0, first))) {
      // Events of a segment are numbered as they stand in it, beginning with the number in its name, behind its header.
      const end = await readInto(
        batch,
        this.#dir,
        place ?? { segment, offset: 0, seq: firstSeqOf(segment) - 1 },
      );
      if (batch.found.length > 0) this.#next = end;
      if (batch.isOver) break;
      place = undefined;
    }
    return batch.found;
  }
}

/** Events that were asked for, as they are come across. */
class Batch {
  readonly found: SpooledEvent[] = [];
  readonly #request: ReadRequest;
  #bytes = 0;
  isOver = false;

  constructor(request: ReadRequest) {
    this.#request = request;
  }

  /** False: it ended before this one. */
  take(event: SpooledEvent): boolean {
    const { fromSeq, toSeq, max, maxBytes } = this.#request;
    if (event.seq < fromSeq) return true;
    if (event.seq > toSeq || event.seq !== fromSeq + this.found.length) {
      this.isOver = true;
      return false;
    }
    this.found.push(event);
    this.#bytes += event.json.length;
    this.isOver = this.found.length === max || this.#bytes >= maxBytes;
    return true;
  }
}

/** What stands in one segment from there on, a chunk at a time; answers with where the next read begins. */
async function readInto(batch: Batch, dir: string, from: Place): Promise<Place> {
  const { segment } = from;
  let { offset, seq } = from;
  const file = await open(join(dir, segment), 'r');
  try {
    let size = CHUNK_BYTES;
    while (!batch.isOver) {
      const chunk = await readAt(file, offset, size);
      let used = 0;
      for (let frame = decodeFrame(chunk, 0); frame; frame = decodeFrame(chunk, used)) {
        const isHeader = offset + used === 0;
        if (!isHeader && !batch.take({ seq, json: frame.payload })) break;
        used = frame.end;
        seq += 1;
        if (batch.isOver) break;
      }
      if (used === 0 && chunk.length < size) break;
      if (used === 0) size *= 2;
      offset += used;
    }
    return { segment, offset, seq };
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await file.read(buffer, 0, size, offset);
  return buffer.subarray(0, bytesRead);
}
