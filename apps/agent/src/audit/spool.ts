import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuditEvent, canonicalJson } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { readIfThere } from '../durable-file.js';
import { type Appended, full, Group } from './group.js';
import {
  type ChainHead,
  EMPTY_CHAIN,
  firstSeqOf,
  isSegmentName,
  readSegment,
  SegmentWriter,
} from './segment.js';
import { type SpooledEvent, SpoolReader } from './spool-reader.js';
import { type Gap, type RoomSetting, SpoolRoom, UNLIMITED } from './spool-room.js';
import { SpoolWriter } from './spool-writer.js';

const SEGMENT_BYTES = 8 * 1024 * 1024;
const ACKED_FILE = 'acked';
const GAP_FILE = 'gap';
const SAVE_ACKED_MS = 500;
/** What an event takes beside its text: its number, two hashes and the frame. */
const LINK_BYTES = 200;
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
  #saved: Promise<void> = Promise.resolve();
  #group: Group | undefined;
  #isDue = false;
  #later: NodeJS.Timeout | undefined;
  readonly #room: SpoolRoom;
  /** Bytes of each segment. */
  readonly #sizes: Map<string, number>;
  /** The same of all of them, while they are these. */
  #closed: { first: string | undefined; count: number; bytes: number } = {
    first: undefined,
    count: -1,
    bytes: 0,
  };
  /** Bytes of events that wait for their turn, about. */
  #waitingBytes = 0;

  private constructor(dir: string, segmentBytes: number, opened: OpenedSpool, room: RoomSetting) {
    this.#dir = dir;
    this.#room = new SpoolRoom(room, join(dir, GAP_FILE));
    this.#sizes = opened.sizes;
    this.#reader = new SpoolReader(dir);
    const onTurned = (isGood: boolean) => (isGood ? this.#flush() : this.#refuse());
    this.#writer = new SpoolWriter({ dir, segmentBytes, ...opened, onTurned });
    this.#acked = Math.max(Math.min(opened.acked, opened.head.seq), this.firstKept - 1);
    this.cutBytes = opened.cutBytes;
  }

  /** Opens the directory, cutting off what a crash left half-written. */
  static async open(dir: string, segmentBytes = SEGMENT_BYTES, room = UNLIMITED): Promise<Spool> {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    // Room comes back a segment at a time, so that one may not be most of it.
    const size = Math.min(segmentBytes, room.quotaBytes / 8);
    return new Spool(dir, size, await openSpool(dir), room);
  }

  /** How much of its room the spool takes; `full`: nothing more is recorded. */
  get fill(): SpoolFill {
    const { quotaBytes, whenFull } = this.#room.setting;
    const bytes = this.usedBytes;
    const state = this.#room.state(bytes, this.#writer.isDiskFull);
    return { bytes, quotaBytes, whenFull, state, lostEvents: this.#room.lostEvents };
  }

  /** Bytes on disk, those of confirmed events in segments that are still needed among them. */
  get usedBytes(): number {
    const { segments } = this.#writer;
    const [first] = segments;
    if (first !== this.#closed.first || segments.length !== this.#closed.count) {
      const names = segments.slice(0, -1);
      const bytes = names.reduce((sum, name) => sum + (this.#sizes.get(name) ?? SEGMENT_BYTES), 0);
      this.#closed = { first, count: segments.length, bytes };
    }
    return this.#closed.bytes + this.#writer.bytes + this.#waitingBytes;
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

  /**
   * Writes it at the end of this turn of the event loop; `later`: with the next one that is written so, or in a few milliseconds.
   * Without room it is refused, or, where the configuration says so, left out and counted.
   */
  append(event: AuditEvent, when: 'now' | 'later' = 'now'): Appended {
    return this.appendText(textOf(event), when);
  }

  /** The same of an event that is text already. */
  appendText(event: EventText, when: 'now' | 'later' = 'now'): Appended {
    const appended = this.#append(event, when);
    return this.#room.setting.whenFull === 'refuse' ? appended : this.#tolerant(appended, event);
  }

  /** What was left out, once there is room to record that. Whoever takes it records it, or gives it back. */
  takeGap(): Gap | undefined {
    return this.#room.lostEvents === 0 ? undefined : this.#room.takeGap(this.usedBytes);
  }

  /** The disk had no room the last time. */
  get isDiskFull(): boolean {
    return this.#writer.isDiskFull;
  }

  /** Resolves when the record of a gap is on the disk. */
  appendGap(event: AuditEvent): Promise<void> {
    return this.#append(textOf(event), 'now').durable();
  }

  giveBack(gap: Gap): void {
    this.#room.giveBack(gap);
  }

  /** To be called every second or so: keeps on disk what was left out until it is recorded. */
  keepGap(): void {
    this.#room.save();
  }

  gapRecorded(): void {
    this.#room.forget();
  }

  /** Nobody is told that there was no room: the gap is counted instead. Any other failure of the disk stays one. */
  #tolerant(appended: Appended, { at }: EventText): Appended {
    let isCounted = false;
    const isLeftOut = (error: unknown): boolean => {
      if (!isFull(error)) return false;
      if (!isCounted) this.#room.lost(at);
      isCounted = true;
      return true;
    };
    const onFailure = (error: unknown) => {
      if (!isLeftOut(error)) throw error;
    };
    const written = appended.written.catch(onFailure);
    written.catch(() => undefined);
    return {
      written,
      durable: () => appended.durable().catch(onFailure),
      onWritten: (then, failed) =>
        appended.onWritten(then, (error) => (isLeftOut(error) ? then() : failed(error))),
    };
  }

  #append({ text, isReserved }: EventText, when: 'now' | 'later'): Appended {
    if (!this.#room.takes(this.usedBytes, isReserved)) {
      const refused = new Group(() => undefined);
      refused.failed(full());
      return refused;
    }
    this.#waitingBytes += text.length + LINK_BYTES;
    this.#group ??= new Group(() => this.#writer.sync());
    this.#group.texts.push(text);
    if (when === 'now') this.#due();
    else if (!this.#isDue) this.#later ??= setTimeout(() => this.#flush(), LATER_MS);
    return this.#group;
  }

  /** Events from `fromSeq` on, at most `max` of them and about `maxBytes`, in order and without a gap. */
  async read(fromSeq: number, max: number, maxBytes: number): Promise<SpooledEvent[]> {
    const { segments, durableSeq: toSeq, recent } = this.#writer;
    const request = { fromSeq, toSeq, max, maxBytes };
    return recent.read(request) ?? this.#reader.read(segments, request);
  }

  /** When the oldest event happened that the control plane does not have. */
  async oldestAt(): Promise<string | undefined> {
    const [oldest] = this.depth === 0 ? [] : await this.read(this.#acked + 1, 1, 1);
    return oldest && (JSON.parse(oldest.json.toString()) as { event: AuditEvent }).event.at;
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
    this.#savingAcked ??= setTimeout(() => void this.#saveAcked(), SAVE_ACKED_MS).unref();
    const { segments, recent } = this.#writer;
    recent.forget(this.#acked);
    while (segments.length > 1 && firstSeqOf(segments[1] ?? '') <= this.#acked + 1) {
      await rm(join(this.#dir, segments[0] ?? ''), { force: true });
      this.#sizes.delete(segments.shift() ?? '');
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
    if (this.#savingAcked) void this.#saveAcked();
    await this.#saved;
  }

  /** One after the other: they write the same file. */
  #saveAcked(): Promise<void> {
    clearTimeout(this.#savingAcked);
    this.#savingAcked = undefined;
    // Lost, it means that some are sent again.
    this.#saved = this.#saved.then(() => this.#writeAcked()).catch(() => undefined);
    return this.#saved;
  }

  async #writeAcked(): Promise<void> {
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
    this.#noteSizes();
    // What comes while the writer turns to a new segment, or waits for the disk, waits with it.
    if (ready === 'wait') return;
    if (ready === 'no') {
      this.#refuse();
      return;
    }
    const group = this.#group;
    this.#group = undefined;
    this.#waitingBytes = 0;
    this.#writer.write(group);
  }

  /** A segment that another one follows keeps the size that it had. */
  #noteSizes(): void {
    const last = this.#writer.segments.at(-1);
    if (last !== undefined) this.#sizes.set(last, this.#writer.bytes);
  }

  #refuse(): void {
    const group = this.#group;
    this.#group = undefined;
    this.#waitingBytes = 0;
    group?.failed(this.#writer.isDiskFull ? full() : undefined);
  }
}

/** An event as it is written. */
export interface EventText {
  /** Canonical JSON. */
  readonly text: string;
  readonly at: string;
  /** How statements end, and what the agent says of itself: it may take what is kept free. */
  readonly isReserved: boolean;
}

const textOf = (event: AuditEvent): EventText => ({
  text: canonicalJson(event),
  at: event.at,
  isReserved: event.kind !== 'statement.decided',
});

/** How full the spool is. */
export interface SpoolFill {
  readonly bytes: number;
  readonly quotaBytes: number;
  readonly whenFull: 'refuse' | 'continue';
  readonly state: 'ok' | 'low' | 'full';
  /** Left out for want of room, and not yet recorded as a gap. */
  readonly lostEvents: number;
}

const isFull = (error: unknown): boolean => error instanceof PosternError && error.code === 'audit.full';

interface OpenedSpool {
  readonly segments: string[];
  readonly head: ChainHead;
  readonly writer: SegmentWriter | undefined;
  readonly acked: number;
  readonly cutBytes: number;
  readonly sizes: Map<string, number>;
}

async function openSpool(dir: string): Promise<OpenedSpool> {
  const segments = (await readdir(dir)).filter(isSegmentName).sort();
  const sizes = new Map<string, number>();
  for (const name of segments) sizes.set(name, (await stat(join(dir, name))).size);
  const acked = Number((await readIfThere(join(dir, ACKED_FILE))) ?? 0) || 0;
  for (let last = segments.at(-1); last !== undefined; last = segments.at(-1)) {
    const path = join(dir, last);
    const content = await readSegment(path);
    if (content) {
      const event = content.events.at(-1);
      const head = event ? { seq: event.seq, hash: event.hash } : content.before;
      const writer = await SegmentWriter.continue(path, content.goodBytes);
      return { segments, head, acked, writer, cutBytes: content.totalBytes - content.goodBytes, sizes };
    }
    // Its header was never durable, so nothing in it was ever confirmed.
    await rm(path, { force: true });
    segments.pop();
  }
  return { segments, head: EMPTY_CHAIN, acked, writer: undefined, cutBytes: 0, sizes };
}
