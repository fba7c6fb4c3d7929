import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

/** `[audit]` of the configuration: how much room the spool may take, and what happens when there is none. */
export interface RoomSetting {
  readonly quotaBytes: number;
  /** `refuse`: no statement runs that can not be recorded. `continue`: they run, and the gap is recorded once there is room. */
  readonly whenFull: 'refuse' | 'continue';
}

export const UNLIMITED: RoomSetting = { quotaBytes: Number.POSITIVE_INFINITY, whenFull: 'refuse' };

/** Kept free for how running statements end, and for what the agent says of itself. */
const RESERVE = 0.02;
/** Below this share of the quota a gap is over: not at its very edge, or one follows the other. */
const ROOM_AGAIN = 0.95;
/** From this share on the agent warns. */
const LOW = 0.8;

const gapSchema = z.object({ events: z.number().int().positive(), from: z.string(), to: z.string() });
/** Events that were not recorded: how many, and between which instants. */
export type Gap = z.infer<typeof gapSchema>;

/** How full the spool is, and what was not recorded for want of room. The gap survives a restart, as far as there is room to write it. */
export class SpoolRoom {
  readonly setting: RoomSetting;
  readonly #gapFile: string;
  #gap: Gap | undefined;
  #isSaved = true;

  constructor(setting: RoomSetting, gapFile: string) {
    this.setting = setting;
    this.#gapFile = gapFile;
    this.#gap = readGap(gapFile);
  }

  /** `isReserved`: it may take what is kept free. */
  takes(usedBytes: number, isReserved: boolean): boolean {
    const { quotaBytes } = this.setting;
    return usedBytes < quotaBytes * (isReserved ? 1 : 1 - RESERVE);
  }

  state(usedBytes: number, isDiskFull: boolean): 'ok' | 'low' | 'full' {
    if (isDiskFull || !this.takes(usedBytes, false)) return 'full';
    return usedBytes >= this.setting.quotaBytes * LOW ? 'low' : 'ok';
  }

  lost(at: string): void {
    this.#gap = { events: (this.#gap?.events ?? 0) + 1, from: this.#gap?.from ?? at, to: at };
    this.#isSaved = false;
  }

  /** The gap, once there is room to say so. Whoever takes it records it, or gives it back. */
  takeGap(usedBytes: number): Gap | undefined {
    if (!this.#gap || usedBytes > this.setting.quotaBytes * ROOM_AGAIN) return undefined;
    const gap = this.#gap;
    this.#gap = undefined;
    return gap;
  }

  giveBack(gap: Gap): void {
    const later = this.#gap;
    this.#gap = later ? { events: gap.events + later.events, from: gap.from, to: later.to } : gap;
  }

  /** Events of a gap that is not recorded yet. */
  get lostEvents(): number {
    return this.#gap?.events ?? 0;
  }

  /** To be called every second or so. */
  save(): void {
    if (this.#isSaved || !this.#gap) return;
    try {
      writeFileSync(this.#gapFile, JSON.stringify(this.#gap), { mode: 0o600 });
      this.#isSaved = true;
    } catch {
      // No room for that either: it is tried again.
    }
  }

  /** The gap is in the trail. */
  forget(): void {
    if (!this.#gap) rmSync(this.#gapFile, { force: true });
  }
}

function readGap(file: string): Gap | undefined {
  try {
    return gapSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}
