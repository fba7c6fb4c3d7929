import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { classify } from '@postern/core/sql';
import { REPOSITORY } from '@postern/infra/paths';
import { check } from './invariants.js';
import { caseAt } from './mutate.js';

export interface Finding {
  readonly index: number;
  readonly sql: string;
  readonly violation: string;
}

/** What a range of cases came to. */
export interface Tally {
  /** How many ended how: `understood`, or the code of the rejection. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly kinds: readonly string[];
  readonly findings: readonly Finding[];
  readonly slowest: Timed;
  /** Resident megabytes at tenths of the way. */
  readonly megabytes: readonly number[];
}

/** Texts of the corpus, in an order that does not depend on the file system. */
export function corpusTexts(): string[] {
  const dir = join(REPOSITORY, 'packages', 'core', 'corpus', 'sql');
  return readdirSync(dir)
    .sort()
    .flatMap((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as { sql: string }[])
    .map(({ sql }) => sql);
}

const ENOUGH = 20;

interface Timed {
  readonly ms: number;
  readonly sql: string;
}

const CANDIDATES = 50;

/** The texts that took longest, so far. */
function keepSlowest(kept: Timed[], timed: Timed): void {
  if (kept.length === CANDIDATES && timed.ms <= (kept.at(-1)?.ms ?? 0)) return;
  kept.push(timed);
  kept.sort((a, b) => b.ms - a.ms);
  kept.length = Math.min(kept.length, CANDIDATES);
}

/** Measured anew: what took long once was mostly another process's turn, or not compiled yet. */
function slowestOf(kept: readonly Timed[]): Timed {
  const settled = kept.map(({ sql }): Timed => {
    const times = Array.from({ length: 20 }, () => {
      const at = performance.now();
      classify(sql);
      return performance.now() - at;
    });
    return { ms: Math.min(...times), sql };
  });
  return settled.reduce((a, b) => (b.ms > a.ms ? b : a), { ms: 0, sql: '' });
}

/** Tries the cases from `from` to `to` - 1. The parser must be loaded. */
export async function run(seed: number, from: number, to: number): Promise<Tally> {
  const corpus = corpusTexts();
  const outcomes: Record<string, number> = {};
  const kinds = new Set<string>();
  const findings: Finding[] = [];
  const megabytes: number[] = [];
  const slow: Timed[] = [];
  const tenth = Math.max(1, Math.floor((to - from) / 10));
  for (let index = from; index < to && findings.length < ENOUGH; index++) {
    const sql = caseAt(seed, index, corpus);
    const { result, ms, violation } = check(sql);
    const outcome = result === undefined ? 'exception' : result.ok ? 'understood' : result.rejection.code;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (result?.ok) for (const { kind } of result.classification.statements) kinds.add(kind);
    if (violation !== undefined) findings.push({ index, sql, violation });
    keepSlowest(slow, { ms, sql });
    // Lets a process hear that nobody waits for it any more.
    if (index % 1_000 === 0) await breathe();
    if ((index - from + 1) % tenth === 0) {
      megabytes.push(Math.round(process.memoryUsage.rss() / 2 ** 20));
      // A parser that overflowed too often is broken for good, and rejects everything.
      if (!classify('select 1').ok) findings.push({ index, sql, violation: 'the parser is broken by now' });
    }
  }
  return { outcomes, kinds: [...kinds], findings, slowest: slowestOf(slow), megabytes };
}
