import type { Finding } from '../session.js';
import { oneOfEach } from '../session-state.js';
import type { Catalog } from './catalog.js';
import { summaryOf } from './summary.js';
import { keyOf, type SummaryFinding, type Target, type Use } from './use.js';

/**
 * How an effect counts where it is reached. `exact`: as what it is. `trigger`: a statement that fires triggers may write
 * already, anything more is code. `code`: inside a function, where nothing but reading goes without `execute`.
 */
type Context = 'exact' | 'trigger' | 'code';

interface Step {
  readonly use: Use;
  readonly context: Context;
  /** How it was reached, as a phrase. */
  readonly words: string;
  readonly depth: number;
}

/** Definitions that one use may lead to before nobody looks further. */
const STEPS_MAX = 2_000;
/** Links of a chain that are put into words. */
const WORDS_MAX = 4;

/** Everything that a use leads to, through all definitions: one reason for each permission and each wall. */
export function reasonsOf(catalog: Catalog, use: Use): readonly Finding[] {
  return catalog.reasons.get(`${use.via} ${keyOf(use)} ${use.does}`, () => reached(catalog, use));
}

function reached(catalog: Catalog, use: Use): readonly Finding[] {
  const steps: Step[] = [{ use, context: contextOf('exact', use), words: use.does, depth: 1 }];
  const seen = new Set(steps.map(stepKey));
  const findings: Finding[] = [];
  for (const step of steps) {
    if (steps.length > STEPS_MAX) return [...oneOfEach(findings), ...tooMuch(use)];
    const summary = summaryOf(catalog, step.use);
    for (const finding of summary.findings) findings.push(...counted(finding, step));
    for (const next of summary.uses) {
      const words = step.depth < WORDS_MAX ? `${joint(step.use.target, step.words)}${next.does}` : step.words;
      const there = { use: next, context: contextOf(step.context, next), words, depth: step.depth + 1 };
      const key = stepKey(there);
      if (seen.has(key)) continue;
      seen.add(key);
      steps.push(there);
    }
  }
  return oneOfEach(findings);
}

/** A cycle adds nothing: an object in the same context is looked at once. */
function stepKey({ use, context }: Step): string {
  return `${context} ${keyOf(use)}`;
}

function contextOf(outer: Context, { via, target }: Use): Context {
  if (via === 'part' || outer === 'code') return outer;
  if (via === 'trigger') return 'trigger';
  // Functions in C have no body: what is known of them is known of the call itself.
  const hasBody = target.kind === 'function' && !['c', 'internal'].includes(target.function.language);
  return hasBody ? 'code' : outer;
}

function counted(finding: SummaryFinding, { use, context, words }: Step): Finding[] {
  const { what } = finding;
  const phrase = finding.inherent === true ? `${words}, ${what}` : `${joint(use.target, words)}${what}`;
  if ('wall' in finding) return [{ wall: finding.wall, what: phrase }];
  const { permission } = finding;
  // Whoever may run the statement may have what its definitions read.
  if (permission === 'read') return [];
  if (context === 'exact') return [{ permission, what: phrase }];
  if (context === 'trigger' && permission === 'write') return [];
  return [{ permission: 'execute', what: phrase }];
}

function joint(target: Target, words: string): string {
  switch (target.kind) {
    case 'function':
      return `${words}, whose ${target.function.kind === 'aggregate' ? 'code' : 'body'} `;
    case 'builtin':
      return `${words}, which `;
    case 'type':
      return `${words}, whose definition `;
    case 'relation':
      return `${words}, whose definition `;
  }
}

function tooMuch({ does }: Use): Finding[] {
  const what = `${does}, which leads to more code than can be looked into`;
  return [
    { permission: 'execute', what },
    { permission: 'admin', what },
  ];
}
