import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChainedEvent } from '@postern/core/audit';
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
  async read(segments: readonly string[], request: ReadRequest): Promise<ChainedEvent[]> {
    const found: ChainedEvent[] = [];
    let bytes = 0;
    for await (const { event, size, next } of this.#events(segments, request.fromSeq)) {
      if (event.seq < request.fromSeq) continue;
      if (event.seq > request.toSeq || event.seq !== request.fromSeq + found.length) break;
      found.push(event);
      bytes += size;
      this.#next = next;
      if (found.length === request.max || bytes >= request.maxBytes) break;
    }
    return found;
  }

  async *#events(segments: readonly string[], seq: number) {
    const known = this.#next?.seq === seq ? this.#next : undefined;
    const first = known
      ? segments.indexOf(known.segment)
      : segments.findLastIndex((name) => firstSeqOf(name) <= seq);
    let offset = first >= 0 && known ? known.offset : 0;
    for (const segment of segments.slice(Math.max(0, first))) {
      for await (const { payload, end } of frames(join(this.#dir, segment), offset)) {
        // The first frame is the segment's header.
        const event = JSON.parse(payload.toString('utf8')) as ChainedEvent;
        if (event.event === undefined) continue;
        yield { event, size: payload.length, next: { segment, offset: end, seq: event.seq + 1 } };
      }
      offset = 0;
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
