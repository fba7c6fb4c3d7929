import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFrame, type Frame } from './frame.js';
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
    const found: SpooledEvent[] = [];
    let bytes = 0;
    for await (const { event, next } of this.#events(segments, request.fromSeq)) {
      if (event.seq < request.fromSeq) continue;
      if (event.seq > request.toSeq || event.seq !== request.fromSeq + found.length) break;
      found.push(event);
      bytes += event.json.length;
      this.#next = next;
      if (found.length === request.max || bytes >= request.maxBytes) break;
    }
    return found;
  }

  /** Events of a segment are numbered as they stand in it, beginning with the number in its name. */
  async *#events(segments: readonly string[], from: number) {
    const known = this.#next?.seq === from ? this.#next : undefined;
    const at = known ? segments.indexOf(known.segment) : -1;
    const first = at >= 0 ? at : segments.findLastIndex((name) => firstSeqOf(name) <= from);
    let place = at >= 0 ? known : undefined;
    for (const segment of segments.slice(Math.max(0, first))) {
      // The first frame is the segment's header.
      let seq = place?.seq ?? firstSeqOf(segment) - 1;
      for await (const { payload, end } of frames(join(this.#dir, segment), place?.offset ?? 0)) {
        const event = { seq, json: payload };
        seq += 1;
        if (place || event.seq >= firstSeqOf(segment)) yield { event, next: { segment, offset: end, seq } };
      }
      place = undefined;
    }
  }
}

async function* frames(path: string, from: number): AsyncGenerator<Frame> {
  const file = await open(path, 'r');
  try {
    let offset = from;
    let size = CHUNK_BYTES;
    for (;;) {
      const chunk = await readAt(file, offset, size);
      let used = 0;
      for (let frame = decodeFrame(chunk, 0); frame; frame = decodeFrame(chunk, used)) {
        yield { payload: frame.payload, end: offset + frame.end };
        used = frame.end;
      }
      if (used === 0 && chunk.length < size) return;
      if (used === 0) size *= 2;
      offset += used;
    }
  } finally {
    await file.close();
  }
}

async function readAt(file: FileHandle, offset: number, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(size);
  const { bytesRead } = await file.read(buffer, 0, size, offset);
  return buffer.subarray(0, bytesRead);
}
