import type { StreamAnswer, StreamColumn } from '@postern/agent/console-contract';
import { useSyncExternalStore } from 'react';
import { RowStore } from './row-store';

type Complete = Extract<StreamAnswer, { type: 'complete' }>;
type Notice = Extract<StreamAnswer, { type: 'notice' }>['notice'];

/** Grows while its rows come; who shows it is told at most once a frame. */
export class ResultSet {
  readonly rows = new RowStore();
  readonly statement: number;
  readonly kind: string;
  columns: readonly StreamColumn[] = [];
  readonly notices: Notice[] = [];
  /** Undefined while it comes, and where it was stopped. */
  complete: Complete | undefined;
  /** When its last word came, on the page's clock. */
  completeAt: number | undefined;
  /** From then until it was on the screen. */
  paintMs: number | undefined;
  /** Nothing more comes, with or without `complete`. */
  isOver = false;
  #version = 0;
  #frame: number | undefined;
  readonly #listeners = new Set<() => void>();

  /** Where its statement stands in the text that was run. */
  readonly #start: number;
  readonly #end: number;

  constructor(of: { statement: number; kind: string; start: number; end: number }) {
    this.statement = of.statement;
    this.kind = of.kind;
    this.#start = of.start;
    this.#end = of.end;
  }

  /** Its statement alone. */
  textIn(sql: string): string {
    return sql.slice(this.#start, this.#end);
  }

  get command(): string {
    return this.complete?.command ?? this.kind;
  }

  get truncated(): boolean {
    return this.complete?.truncated ?? false;
  }

  get rowCount(): number | null {
    return this.complete?.rowCount ?? null;
  }

  get durationMs(): number {
    return this.complete?.durationMs ?? 0;
  }

  /** Stopped before its end: what is shown is a part. */
  get isPartial(): boolean {
    return this.isOver && this.complete === undefined;
  }

  changed(): void {
    if (this.#frame !== undefined) return;
    const tell = () => {
      this.#frame = undefined;
      this.#version += 1;
      for (const listener of this.#listeners) listener();
    };
    // Frames stand still in a window that nobody sees.
    this.#frame = document.hidden ? window.setTimeout(tell, 250) : requestAnimationFrame(tell);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly version = (): number => this.#version;
}

/** Renders again when the result has grown. */
export function useResult(result: ResultSet): number {
  return useSyncExternalStore(result.subscribe, result.version);
}
