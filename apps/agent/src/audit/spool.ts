import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditEvent, type ChainedEvent, chain } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { readIfThere } from '../durable-file.js';
import {
  type ChainHead,
  EMPTY_CHAIN,
  encodeEvent,
  firstSeqOf,
  isSegmentName,
  readSegment,
  SegmentWriter,
  segmentName,
} from './segment.js';
import { SpoolReader } from './spool-reader.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;
const ACKED_FILE = 'acked';

interface Waiting {
  readonly event: AuditEvent;
  resolve(seq: number): void;
  reject(error: PosternError): void;
}

/** Why nothing may run: what is not recorded must not happen. */
const unavailable = (): PosternError =>
  new PosternError('audit.unavailable', 'the audit trail can not be written, so nothing may run', {
    fix: 'tell an administrator to look at the disk of this agent',
  });

/**
 * The agent's audit chain on disk, until the control plane has it. An event whose `append` resolved survives kill -9
 * and power loss. All that wait share one write and one fdatasync (group commit).
 */
export class Spool {
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #reader: SpoolReader;
  #segments: string[];
  #writer: SegmentWriter | undefined;
  #head: ChainHead;
  #acked: number;
  #waiting: Waiting[] = [];
  #flushing: Promise<void> | undefined;
  /** A failed append may have left bytes behind: they are cut off before the next one. */
  #dirty = false;
  #onAppended: () => void = () => {};

  private constructor(dir: string, segmentBytes: number, opened: OpenedSpool) {
    this.#dir = dir;
    this.#segmentBytes = segmentBytes;
    this.#reader = new SpoolReader(dir);
    this.#segments = opened.segments;
    this.#head = opened.head;
    this.#writer = opened.writer;
    this.#acked = Math.min(opened.acked, opened.head.seq);
    this.cutBytes = opened.cutBytes;
  }

  /** Opens the directory, cutting off what a crash left half-written. */
  static async open(dir: string, segmentBytes = SEGMENT_BYTES): Promise<Spool> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return new Spool(dir, segmentBytes, await openSpool(dir));
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Events that the control plane has not confirmed. */
  get depth(): number {
    return this.#head.seq - this.#acked;
  }

  get acked(): number {
    return this.#acked;
  }

  /** Bytes of a half-written record that a crash left, now cut off. */
  readonly cutBytes: number;

  /** Called after every group of appends. */
  onAppended(listener: () => void): void {
    this.#onAppended = listener;
  }

  /** Resolves with the event's number once it is durable; rejects with `audit.unavailable` when it is not. */
  append(event: AuditEvent): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ event, resolve, reject });
      this.#flushing ??= this.#flushAll();
    });
  }

  /** Events from `fromSeq` on, at most `max` of them and about `maxBytes`, in order and without a gap. */
  read(fromSeq: number, max: number, maxBytes: number): Promise<ChainedEvent[]> {
    return this.#reader.read(this.#segments, { fromSeq, toSeq: this.#head.seq, max, maxBytes });
  }

  /** First number that can still be read; behind it all is confirmed and gone. */
  get firstKept(): number {
    const [name] = this.#segments;
    return name === undefined ? this.#head.seq + 1 : firstSeqOf(name);
  }

  /** The control plane has everything up to `seq`: whole segments behind it are deleted. */
  async ack(seq: number): Promise<void> {
    this.#acked = Math.max(this.#acked, Math.min(seq, this.#head.seq));
    // Not synced: after a crash an older number only means that some are sent again.
    const file = join(this.#dir, ACKED_FILE);
    await writeFile(`${file}.tmp`, String(this.#acked), { mode: 0o600 });
    await rename(`${file}.tmp`, file);
    for (let next = this.#segments[1]; next !== undefined; next = this.#segments[1]) {
      if (firstSeqOf(next) > this.#acked + 1) return;
      const [done] = this.#segments;
      if (done === undefined) return;
      await rm(join(this.#dir, done), { force: true });
      this.#segments = this.#segments.slice(1);
    }
  }

  /** The control plane wants events again that it had confirmed. */
  rewind(toSeq: number): void {
    this.#acked = Math.min(this.#acked, toSeq - 1);
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#writer?.close();
    this.#writer = undefined;
  }

  async #flushAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#write(group);
      } catch {
        this.#dirty = true;
        for (const { reject } of group) reject(unavailable());
      }
    }
    this.#flushing = undefined;
  }

  async #write(group: readonly Waiting[]): Promise<void> {
    const writer = await this.#readyWriter();
    let head = this.#head;
    const frames: Buffer[] = [];
    for (const { event } of group) {
      const link = chain(head.hash, head.seq + 1, event);
      frames.push(encodeEvent(link));
      head = { seq: link.seq, hash: link.hash };
    }
    await writer.append(Buffer.concat(frames));
    const firstSeq = this.#head.seq + 1;
    this.#head = head;
    for (const [index, { resolve }] of group.entries()) resolve(firstSeq + index);
    this.#onAppended();
  }

  async #readyWriter(): Promise<SegmentWriter> {
    if (this.#writer && this.#dirty) await this.#writer.cut();
    this.#dirty = false;
    const name = segmentName(this.#head);
    const isEmpty = this.#segments.at(-1) === name;
    if (this.#writer && (isEmpty || this.#writer.bytes < this.#segmentBytes)) return this.#writer;
    const next = await SegmentWriter.create(join(this.#dir, name), this.#head);
    await this.#writer?.close();
    this.#writer = next;
    this.#segments = [...this.#segments, name];
    return next;
  }
}

interface OpenedSpool {
  readonly segments: string[];
  readonly head: ChainHead;
  readonly writer: SegmentWriter | undefined;
  readonly acked: number;
  readonly cutBytes: number;
}

async function openSpool(dir: string): Promise<OpenedSpool> {
  const segments = (await readdir(dir)).filter(isSegmentName).sort();
  const acked = Number((await readIfThere(join(dir, ACKED_FILE))) ?? 0) || 0;
  for (let last = segments.at(-1); last !== undefined; last = segments.at(-1)) {
    const path = join(dir, last);
    const content = await readSegment(path);
    if (content) {
      const event = content.events.at(-1);
      const head = event ? { seq: event.seq, hash: event.hash } : content.before;
      const writer = await SegmentWriter.continue(path, content.goodBytes);
      return { segments, head, acked, writer, cutBytes: content.totalBytes - content.goodBytes };
    }
    // Its header was never durable, so nothing in it was ever confirmed.
    await rm(path, { force: true });
    segments.pop();
  }
  return { segments, head: EMPTY_CHAIN, acked, writer: undefined, cutBytes: 0 };
}
