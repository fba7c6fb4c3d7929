import { useReducer } from 'react';
import type { ResultSet } from './result-set';

type Next<T> = T | ((now: T) => T);

/** Lives as long as the result does, not only while it is shown. */
const kept = new WeakMap<ResultSet, Map<string, unknown>>();

/** What is kept of a result under a name; undefined where nothing was put. */
export function keptOf<T>(result: ResultSet, name: string): T | undefined {
  return kept.get(result)?.get(name) as T | undefined;
}

/** State of a result that another tab in front does not take away. */
export function useKept<T>(result: ResultSet, name: string, initial: T): [T, (next: Next<T>) => void] {
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const now = () => keptOf<T>(result, name) ?? initial;
  const set = (next: Next<T>) => {
    const own = kept.get(result) ?? new Map<string, unknown>();
    kept.set(result, own);
    own.set(name, typeof next === 'function' ? (next as (now: T) => T)(now()) : next);
    draw();
  };
  return [now(), set];
}
