import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { ChainedEvent } from '@postern/core/audit';

const HEADER_BYTES = 8;

/**
 * Events of one segment file, read by its format (docs/architecture.md) and by nothing of the agent: frames of length, CRC and JSON, the
 * first of which is the header. What is not whole at the end is the torn tail of a crash.
 */
export function readSegmentFile(path: string): ChainedEvent[] {
  const bytes = readFileSync(path);
  const events: ChainedEvent[] = [];
  let offset = 0;
  for (let isHeader = true; offset + HEADER_BYTES <= bytes.length; isHeader = false) {
    const end = offset + HEADER_BYTES + bytes.readUInt32BE(offset);
    const payload = bytes.subarray(offset + HEADER_BYTES, end);
    if (end > bytes.length || crc32(payload) !== bytes.readUInt32BE(offset + 4)) break;
    if (!isHeader) events.push(JSON.parse(payload.toString('utf8')) as ChainedEvent);
    offset = end;
  }
  return events;
}

/** Holds on to segments that the agent deletes once the control plane has them: a hard link shows what is appended later as well. */
export class SegmentKeeper {
  readonly #spool: string;
  readonly #kept: string;
  readonly #timer: NodeJS.Timeout;

  constructor(spool: string, kept: string) {
    this.#spool = spool;
    this.#kept = kept;
    mkdirSync(kept, { recursive: true });
    this.#timer = setInterval(() => this.look(), 100);
    this.#timer.unref();
  }

  look(): void {
    if (!existsSync(this.#spool)) return;
    for (const name of readdirSync(this.#spool).filter((file) => file.endsWith('.seg'))) {
      const from = join(this.#spool, name);
      const to = join(this.#kept, name);
      try {
        if (existsSync(to)) {
          if (statSync(from).ino === statSync(to).ino) continue;
          // One whose header was torn is made anew under its name.
          rmSync(to);
        }
        linkSync(from, to);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  /** All events of all segments that ever were, in the order of their files. */
  events(): ChainedEvent[] {
    this.look();
    return readdirSync(this.#kept)
      .sort()
      .flatMap((name) => readSegmentFile(join(this.#kept, name)));
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
