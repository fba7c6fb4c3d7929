import { fdatasync, fdatasyncSync, ftruncateSync, writeSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CHAIN_START, type ChainedEvent, chainedEvent, chainText } from '@postern/core/audit';
import { z } from 'zod';
import { syncDirectory } from '../durable-file.js';
import { decodeFrame, encodeFrames } from './frame.js';
import { sha256Hex } from './sha256.js';

/** First frame of every segment: where the chain stood, so that an empty one still tells it. */
const segmentHeader = z.object({
  format: z.literal(1),
  prevSeq: z.number().int().nonnegative(),
  prevHash: z.string().length(64),
});

/** Last number and hash of a chain. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

export const EMPTY_CHAIN: ChainHead = { seq: 0, hash: CHAIN_START };

export interface SegmentContent {
  readonly before: ChainHead;
  readonly events: readonly ChainedEvent[];
  /** Bytes up to the end of the last whole frame; what follows is a torn tail. */
  readonly goodBytes: number;
  readonly totalBytes: number;
}

/** Segments sort by name in the order of their numbers. */
export const segmentName = (head: ChainHead): string => `${String(head.seq + 1).padStart(15, '0')}.seg`;
export const isSegmentName = (name: string): boolean => /^\d{15}\.seg$/.test(name);
export const firstSeqOf = (name: string): number => Number(name.slice(0, 15));

const parse = <T>(schema: z.ZodType<T>, payload: Buffer): T =>
  schema.parse(JSON.parse(payload.toString('utf8')));

/** All of a segment. Undefined when not even its header is whole. */
export async function readSegment(path: string): Promise<SegmentContent | undefined> {
  const bytes = await readFile(path);
  const first = decodeFrame(bytes, 0);
  if (!first) return undefined;
  const header = parse(segmentHeader, first.payload);
  const events: ChainedEvent[] = [];
  let goodBytes = first.end;
  for (let frame = decodeFrame(bytes, goodBytes); frame; frame = decodeFrame(bytes, goodBytes)) {
    events.push(parse(chainedEvent, frame.payload));
    goodBytes = frame.end;
  }
  return {
    before: { seq: header.prevSeq, hash: header.prevHash },
    events,
    goodBytes,
    totalBytes: bytes.length,
  };
}

/** Events, by their canonical texts, as frames behind `head`, and where the chain stands then. */
export function encodeEvents(head: ChainHead, texts: readonly string[]): { bytes: Buffer; head: ChainHead } {
  let { seq, hash } = head;
  const payloads: string[] = [];
  for (const text of texts) {
    const before = hash;
    seq += 1;
    hash = sha256Hex(chainText(before, seq, text));
    payloads.push(`{"seq":${seq},"prevHash":"${before}","hash":"${hash}","event":${text}}`);
  }
  return { bytes: encodeFrames(payloads), head: { seq, hash } };
}

/** A segment being written. Writing is for the system to keep, `sync` for the disk. */
export class SegmentWriter {
  readonly #file: FileHandle;
  #bytes: number;

  private constructor(file: FileHandle, bytes: number) {
    this.#file = file;
    this.#bytes = bytes;
  }

  static async create(path: string, head: ChainHead): Promise<SegmentWriter> {
    const writer = new SegmentWriter(await open(path, 'w', 0o600), 0);
    try {
      const header = { format: 1, prevSeq: head.seq, prevHash: head.hash };
      writer.write(encodeFrames([JSON.stringify(header)]));
      await writer.sync();
      await syncDirectory(dirname(path));
    } catch (error) {
      await writer.close();
      throw error;
    }
    return writer;
  }

  /** Opens one for more, after cutting it to its whole frames. */
  static async continue(path: string, goodBytes: number): Promise<SegmentWriter> {
    const writer = new SegmentWriter(await open(path, 'r+'), goodBytes);
    writer.cut(goodBytes);
    await writer.sync();
    return writer;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** At once, which takes the system some microseconds. What is thrown may have left a part of it behind: `cut` it off. */
  write(bytes: Buffer): void {
    let written = 0;
    while (written < bytes.length) {
      written += writeSync(this.#file.fd, bytes, written, bytes.length - written, this.#bytes + written);
    }
    this.#bytes += bytes.length;
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#file.fd, (error) => (error ? reject(error) : resolve()));
    });
  }

  syncNow(): void {
    fdatasyncSync(this.#file.fd);
  }

  /** Throws away what is behind `bytes`. */
  cut(bytes = this.#bytes): void {
    ftruncateSync(this.#file.fd, bytes);
    this.#bytes = bytes;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
