import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditEvent } from '@postern/core/audit';
import { readIfThere } from '../durable-file.js';
import { type Appended, Group } from './group.js';
import {
  type ChainHead,
  EMPTY_CHAIN,
  firstSeqOf,
  isSegmentName,
  readSegment,
  SegmentWriter,
} from './segment.js';
import { type SpooledEvent, SpoolReader } from './spool-reader.js';
import { SpoolWriter } from './spool-writer.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;
const ACKED_FILE = 'acked';
const SAVE_ACKED_MS = 500;
/** How long an event that nobody waits for may wait for others to be written with. */
const LATER_MS = 5;

/**
 * The agent's audit chain on disk, until the control plane has it. All events of one turn of the event loop share one write;
 * all that wait for the disk share one fdatasync (group commit), and what nobody waits for reaches it within 50 ms.
 */
export class Spool {
  readonly #dir: string;
  readonly #reader: SpoolReader;
  readonly #writer: SpoolWriter;
  #acked: number;
  #savingAcked: NodeJS.Timeout | undefined;
  #group: Group | undefined;
  #isDue = false;
  #later: NodeJS.Timeout | undefined;

  private constructor(dir: string, segmentBytes: number, opened: OpenedSpool) {
    this.#dir = dir;
    this.#reader = new SpoolReader(dir);
    const onTurned = (isGood: boolean) => (isGood ? this.#flush() : this.#refuse());
    this.#writer = new SpoolWriter({ dir, segmentBytes, ...opened, onTurned });
    this.#acked = Math.max(Math.min(opened.acked, opened.head.seq), this.firstKept - 1);
    this.cutBytes = opened.cutBytes;
  }

  /** Opens the directory, cutting off what a crash left half-written. */
  static async open(dir: string, segmentBytes = SEGMENT_BYTES): Promise<Spool> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return new Spool(dir, segmentBytes, await openSpool(dir));
  }

  get head(): ChainHead {
    return this.#writer.head;
  }

  /** Events on disk that the control plane has not confirmed. */
  get depth(): number {
    return this.#writer.durableSeq - this.#acked;
  }

  get acked(): number {
    return this.#acked;
  }

  /** Bytes of a half-written record that a crash left, now cut off. */
  readonly cutBytes: number;

  /** Called whenever more is on disk. */
  onDurable(listener: () => void): void {
    this.#writer.onDurable = listener;
  }

  /** Writes it at the end of this turn of the event loop; `later`: with the next one that is written so, or in a few milliseconds. */
  append(event: AuditEvent, when: 'now' | 'later' = 'now'): Appended {
    this.#group ??= new Group(() => this.#writer.sync());
    this.#group.events.push(event);
    if (when === 'now') this.#due();
    else if (!this.#isDue) this.#later ??= setTimeout(() => this.#flush(), LATER_MS);
    return this.#group;
  }

  /** Events from `fromSeq` on, at most `max` of them and about `maxBytes`, in order and without a gap. */
  read(fromSeq: number, max: number, maxBytes: number): Promise<SpooledEvent[]> {
    const { segments, durableSeq } = this.#writer;
    return this.#reader.read(segments, { fromSeq, toSeq: durableSeq, max, maxBytes });
  }

  /** First number that can still be read; behind it all is confirmed and gone. */
  get firstKept(): number {
    const [name] = this.#writer.segments;
    return name === undefined ? this.head.seq + 1 : firstSeqOf(name);
  }

  /** The control plane has everything up to `seq`: whole segments behind it are deleted. */
  async ack(seq: number): Promise<void> {
    this.#acked = Math.max(this.#acked, Math.min(seq, this.#writer.durableSeq));
    // Not at once: after a crash an older number only means that some are sent again.
    this.#savingAcked ??= setTimeout(
      () => void this.#saveAcked().catch(() => undefined),
      SAVE_ACKED_MS,
    ).unref();
    const { segments } = this.#writer;
    while (segments.length > 1 && firstSeqOf(segments[1] ?? '') <= this.#acked + 1) {
      await rm(join(this.#dir, segments[0] ?? ''), { force: true });
      segments.shift();
    }
  }

  /** The control plane wants events again that it had confirmed. */
  rewind(toSeq: number): void {
    this.#acked = Math.min(this.#acked, toSeq - 1);
  }

  /** Resolves when all that was appended is on the disk, or refused. */
  async settled(): Promise<void> {
    while (this.#group) {
      this.#flush();
      await this.#group?.written.catch(() => undefined);
    }
    await this.#writer.settled().catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#writer.close();
    if (this.#savingAcked) await this.#saveAcked();
  }

  async #saveAcked(): Promise<void> {
    clearTimeout(this.#savingAcked);
    this.#savingAcked = undefined;
    const file = join(this.#dir, ACKED_FILE);
    await writeFile(`${file}.tmp`, String(this.#acked), { mode: 0o600 });
    await rename(`${file}.tmp`, file);
  }

  #due(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isDue = false;
    clearTimeout(this.#later);
    this.#later = undefined;
    if (!this.#group) return;
    const ready = this.#writer.ready();
    // What comes while the writer turns to a new segment, or waits for the disk, waits with it.
    if (ready === 'wait') return;
    if (ready === 'no') {
      this.#refuse();
      return;
    }
    const group = this.#group;
    this.#group = undefined;
    this.#writer.write(group);
  }

  #refuse(): void {
    const group = this.#group;
    this.#group = undefined;
    group?.failed();
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
