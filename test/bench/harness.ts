import { performance } from 'node:perf_hooks';
import type { Stack } from '@postern/infra/stack';

/** One of the things compared. `once` does the work a single time. */
export interface Contender {
  readonly name: string;
  once?(index: number): unknown;
  /** Instead of `once`: does the whole batch itself, as a load generator does. */
  all?(batch: number): Promise<unknown>;
}

/** Things measured in turn within one run, so that a busy machine is busy for all of them. */
export interface Comparison {
  /** Work per round and contender. */
  readonly batch: number;
  /** How many at a time; 1: one after the other. */
  readonly concurrency?: number;
  /** How many things one piece of work handles, where the figure is per thing. Default 1. */
  readonly things?: number;
  /** The first is what the others are compared with. */
  readonly contenders: readonly Contender[];
  /** Figures that are not a rate: name and value with unit. */
  readonly facts?: Readonly<Record<string, string>>;
  /** Figures of more than one dimension: the first row is the head. */
  readonly table?: Table;
  close?(): Promise<void>;
}

export type Table = readonly (readonly string[])[];

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  prepare(size: Size, stack: () => Promise<Stack>): Promise<Comparison>;
}

/** `quick` for CI and a first look: fewer rounds, smaller data. */
export interface Size {
  readonly quick: boolean;
  readonly rounds: number;
}

export interface Figure {
  readonly name: string;
  /** Median over rounds, microseconds per piece of work. */
  readonly microseconds: number;
  readonly perSecond: number;
  /** Times the first contender's median. */
  readonly ratio: number;
}

export interface Outcome {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly Figure[];
  readonly facts: Readonly<Record<string, string>>;
  readonly table?: Table;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** Microseconds per piece of work in one batch. */
async function round(
  contender: Contender,
  { batch, concurrency = 1, things = 1 }: Comparison,
): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < batch) {
      const pending = contender.once?.(next++);
      // Awaiting what is no promise would measure the microtask queue.
      if (pending instanceof Promise) await pending;
    }
  };
  const at = performance.now();
  if (contender.all !== undefined) await contender.all(batch);
  else await Promise.all(Array.from({ length: concurrency }, lane));
  return ((performance.now() - at) * 1_000) / (batch * things);
}

/** Runs one benchmark: a warm-up, then rounds in which the contenders alternate, each time in another order. */
export async function measure(
  benchmark: Benchmark,
  size: Size,
  stack: () => Promise<Stack>,
): Promise<Outcome> {
  const comparison = await benchmark.prepare(size, stack);
  try {
    const { contenders } = comparison;
    const times = contenders.map((): number[] => []);
    for (let index = 0; index <= size.rounds; index += 1) {
      for (let turn = 0; turn < contenders.length; turn += 1) {
        const which = (turn + index) % contenders.length;
        const contender = contenders[which];
        if (contender === undefined) continue;
        const time = await round(contender, comparison);
        if (index > 0) times[which]?.push(time);
      }
    }
    const medians = times.map(median);
    const figures = contenders.map(({ name }, index) => {
      const microseconds = medians[index] ?? Number.NaN;
      return {
        name,
        microseconds,
        perSecond: 1e6 / microseconds,
        ratio: microseconds / (medians[0] ?? Number.NaN),
      };
    });
    const { facts = {}, table = [] } = comparison;
    return { name: benchmark.name, title: benchmark.title, figures, facts, table };
  } finally {
    await comparison.close?.();
  }
}

const shortTime = (microseconds: number): string => {
  if (microseconds < 1) return `${(microseconds * 1_000).toFixed(0)} ns`;
  return microseconds < 1_000 ? `${microseconds.toFixed(1)} µs` : `${(microseconds / 1_000).toFixed(2)} ms`;
};

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function tableLines([head, ...rows]: Table): string[] {
  return head === undefined
    ? []
    : [line(head), `|---${'|---:'.repeat(head.length - 1)}|`, ...rows.map(line), ''];
}

/** A Markdown table, as docs/benchmarks.md has it. */
export function toMarkdown({ title, figures, facts, table = [] }: Outcome): string {
  const rows = figures.map(
    ({ name, microseconds, perSecond, ratio }) =>
      `| ${name} | ${shortTime(microseconds)} | ${Math.round(perSecond).toLocaleString('en')} | ${ratio < 0.1 ? ratio.toPrecision(1) : ratio.toFixed(2)} × |`,
  );
  const head =
    rows.length > 0 ? ['| | median | per second | ratio |', '|---|---:|---:|---:|', ...rows, ''] : [];
  const notes = Object.entries(facts).map(([name, value]) => `- ${name}: ${value}`);
  return [
    `### ${title}`,
    '',
    ...head,
    ...tableLines(table),
    ...(notes.length > 0 ? [...notes, ''] : []),
  ].join('\n');
}
