import { join } from 'node:path';
import { full, type Group, isNoRoom } from './group.js';
import { RecentEvents } from './recent-events.js';
import { type ChainHead, encodeEvents, SegmentWriter, segmentName } from './segment.js';

/** What may be with the system and not on the disk: beyond it all wait for the disk. */
const AHEAD_BYTES = 8 * 1024 * 1024;
/** Until the disk is told of what nobody waits for: ARCHITECTURE.md promises 50 ms, and telling it takes time too. */
const SYNC_MS = 25;
/** After an error of the disk: when what it did not confirm is written again. */
const AGAIN_MS = 1_000;

interface Ahead {
  readonly group: Group;
  readonly bytes: Buffer;
  readonly firstSeq: number;
  readonly seq: number;
}

/**
 * The end of the spool where events come in. What was written and is not confirmed by the disk is kept: after a failed fdatasync a
 * system forgets what it could not write, and the chain must go on without a gap.
 */
export class SpoolWriter {
  readonly #dir: string;
  readonly #segmentBytes: number;
  readonly #onTurned: (isGood: boolean) => void;
  /** Names of the segments that are kept, in order. */
  readonly segments: string[];
  #writer: SegmentWriter | undefined;
  #head: ChainHead;
  #durableSeq: number;
  #durableBytes: number;
  #ahead: Ahead[] = [];
  #aheadBytes = 0;
  /** A failed write may have left bytes behind: they are cut off before the next one. */
  #isTorn = false;
  /** The disk failed: what is ahead of it must be written again. */
  #isLost = false;
  #turning: Promise<void> | undefined;
  #syncing: Promise<void> | undefined;
  #isSyncDue = false;
  #timer: NodeJS.Timeout | undefined;
  /** The disk had no room the last time that something was written. */
  isDiskFull = false;
  readonly recent = new RecentEvents();
  /** Called whenever more is on the disk. */
  onDurable: () => void = () => undefined;

  /** `onTurned`: called after `ready` had said `wait`; false: what waits can not be written. */
  constructor(parts: {
    dir: string;
    segmentBytes: number;
    segments: string[];
    head: ChainHead;
    writer: SegmentWriter | undefined;
    onTurned: (isGood: boolean) => void;
  }) {
    this.#dir = parts.dir;
    this.#segmentBytes = parts.segmentBytes;
    this.#onTurned = parts.onTurned;
    this.segments = parts.segments;
    this.#head = parts.head;
    this.#durableSeq = parts.head.seq;
    this.#writer = parts.writer;
    this.#durableBytes = parts.writer?.bytes ?? 0;
  }

  get head(): ChainHead {
    return this.#head;
  }

  /** Of the segment that is being written. */
  get bytes(): number {
    return this.#writer?.bytes ?? 0;
  }

  /** Number of the last event that the disk has confirmed. */
  get durableSeq(): number {
    return this.#durableSeq;
  }

  ready(): 'yes' | 'wait' | 'no' {
    if (this.#turning) return 'wait';
    if (this.#isLost && !this.#writeAgain()) return 'no';
    if (this.#aheadBytes > AHEAD_BYTES) {
      this.sync();
      return 'wait';
    }
    const isEmpty = this.segments.at(-1) === segmentName(this.#head);
    if (this.#writer && (isEmpty || this.#writer.bytes < this.#segmentBytes)) return 'yes';
    this.#turning = this.#turn().then(
      () => this.#turned(true),
      (error: unknown) => {
        this.isDiskFull = isNoRoom(error);
        this.#turned(false);
      },
    );
    return 'wait';
  }

  /** One write for all events of the group; only when `ready`. */
  write(group: Group): void {
    if (!this.#writer) throw new Error('there is no segment');
    const { bytes, head } = encodeEvents(this.#head, group.texts);
    try {
      if (this.#isTorn) this.#writer.cut();
      this.#isTorn = false;
      this.#writer.write(bytes);
    } catch (error) {
      this.#isTorn = true;
      this.isDiskFull = isNoRoom(error);
      group.failed(this.isDiskFull ? full() : undefined);
      return;
    }
    this.isDiskFull = false;
    this.#ahead.push({ group, bytes, firstSeq: this.#head.seq + 1, seq: head.seq });
    this.#head = head;
    this.#aheadBytes += bytes.length;
    // Who is told that it is written may want it on the disk, and tells the disk.
    const { isWanted } = group;
    group.wasWritten();
    if (isWanted) this.sync();
    else this.#timer ??= setTimeout(() => this.sync(), SYNC_MS);
  }

  /** Has the disk told now; who comes while it is told shares the next time. */
  sync(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#syncing) {
      this.#isSyncDue = true;
      return;
    }
    if (this.#isLost) {
      this.#writeAgain();
      return;
    }
    const writer = this.#writer;
    if (!writer || this.#ahead.length === 0) return;
    this.#syncing = this.#sync(writer).finally(() => {
      this.#syncing = undefined;
      const isDue = this.#isSyncDue;
      this.#isSyncDue = false;
      if (isDue) this.sync();
    });
  }

  /** Resolves when all is on the disk; rejects when the disk does not take it. */
  async settled(): Promise<void> {
    await this.#turning;
    await this.#confirmed();
  }

  async close(): Promise<void> {
    await this.settled().catch(() => undefined);
    clearTimeout(this.#timer);
    await this.#writer?.close();
    this.#writer = undefined;
  }

  async #confirmed(): Promise<void> {
    while (this.#durableSeq < this.#head.seq) {
      this.sync();
      await this.#syncing;
      if (this.#isLost && !this.#writeAgain()) throw new Error('the disk does not take the audit trail');
    }
  }

  /** A new segment begins when the one before it is on the disk: a gap between two could never be closed. */
  async #turn(): Promise<void> {
    await this.#confirmed();
    const name = segmentName(this.#head);
    const next = await SegmentWriter.create(join(this.#dir, name), this.#head);
    await this.#writer?.close();
    this.#writer = next;
    this.#durableBytes = next.bytes;
    this.#isTorn = false;
    this.segments.push(name);
  }

  #turned(isGood: boolean): void {
    this.#turning = undefined;
    this.#onTurned(isGood);
  }

  async #sync(writer: SegmentWriter): Promise<void> {
    const count = this.#ahead.length;
    const { bytes } = writer;
    try {
      await writer.sync();
    } catch {
      this.#isLost = true;
      for (const { group } of this.#ahead) group.failed();
      this.#timer ??= setTimeout(() => this.sync(), AGAIN_MS);
      return;
    }
    this.#confirm(count, bytes);
  }

  #confirm(count: number, bytes: number): void {
    const wasFull = this.#aheadBytes > AHEAD_BYTES;
    const done = this.#ahead.splice(0, count);
    this.#durableBytes = bytes;
    for (const { group, bytes: written, firstSeq, seq } of done) {
      this.#durableSeq = seq;
      this.#aheadBytes -= written.length;
      this.recent.add({ firstSeq, lastSeq: seq, bytes: written });
      group.isDurable();
    }
    this.onDurable();
    if (wasFull) this.#onTurned(true);
  }

  /** False: the disk still does not take it. */
  #writeAgain(): boolean {
    const writer = this.#writer;
    if (!writer) return false;
    try {
      writer.cut(this.#durableBytes);
      for (const { bytes } of this.#ahead) writer.write(bytes);
      writer.syncNow();
    } catch {
      this.#isTorn = true;
      this.#timer ??= setTimeout(() => this.sync(), AGAIN_MS);
      return false;
    }
    this.#isTorn = false;
    this.#isLost = false;
    this.#confirm(this.#ahead.length, writer.bytes);
    return true;
  }
}
