import type { ChainResult, Problem, Run } from './use-verify';

/** What each thing that can be wrong means, for somebody who reads it the first time. */
const MEANING: Readonly<Record<string, string>> = {
  altered: 'Somebody changed the event after it was recorded.',
  missing: 'An event was removed.',
  repeated: 'An event stands there twice.',
  cut_off: 'Events at the end were removed.',
  rewritten: 'The chain was made anew from here: it is not the one whose head was signed.',
  unproved: 'Events are gone, and nothing proves that retention removed them.',
  search_columns: 'Searches are shown something else than was recorded. The recorded event itself is whole.',
  unchained: 'An event stands in no chain: nothing proves that it was recorded when it says.',
};

export const meaningOf = ({ code }: Problem): string => MEANING[code] ?? 'The chain does not hold.';

export interface Totals {
  chains: number;
  events: number;
  anchors: number;
  broken: ChainResult[];
  failed: ChainResult[];
}

export function totalsOf({ results }: Run): Totals {
  return {
    chains: results.filter(({ state }) => state === 'whole' || state === 'broken').length,
    events: results.reduce((sum, { checked }) => sum + checked, 0),
    anchors: results.reduce((sum, { anchors }) => sum + anchors, 0),
    broken: results.filter(({ state }) => state === 'broken'),
    failed: results.filter(({ state }) => state === 'failed'),
  };
}

export type Verdict = 'running' | 'stopped' | 'whole' | 'broken' | 'failed' | 'empty';

export function verdictOf(run: Run): Verdict {
  const { broken, failed, events } = totalsOf(run);
  if (broken.length > 0) return 'broken';
  if (run.stopped) return 'stopped';
  if (run.endedAt === null) return 'running';
  if (failed.length > 0) return 'failed';
  return events === 0 ? 'empty' : 'whole';
}

/** Per cent of the events that the chains are known to have. */
export function progressOf({ results }: Run): number {
  const all = results.reduce((sum, { toSeq, checked }) => sum + Math.max(toSeq, checked), 0);
  const done = results.reduce(
    (sum, { state, upToSeq, toSeq, checked }) =>
      sum + (state === 'whole' || state === 'broken' ? Math.max(toSeq, checked) : Math.min(upToSeq, toSeq)),
    0,
  );
  return all === 0 ? 100 : Math.floor((100 * done) / all);
}
