import { useDeferredValue, useMemo, useState } from 'react';
import { orderOf, type Sort } from './order';
import { type ResultSet, useResult } from './result-set';

/** How a result is looked at: which rows in which order, which columns in which order. */
export function useView(result: ResultSet) {
  const version = useResult(result);
  const [sort, setSort] = useState<Sort | null>(null);
  const [filter, setFilter] = useState('');
  const [arranged, setArranged] = useState<readonly number[] | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [frozen, setFrozen] = useState(0);
  const wanted = useDeferredValue(filter);
  const { columns, rows } = result;

  // biome-ignore lint/correctness/useExhaustiveDependencies: computed anew as the rows come
  const order = useMemo(() => orderOf(result, sort, wanted), [result, sort, wanted, version]);
  const shown = useMemo(() => {
    const all = arranged ?? columns.map((_, index) => index);
    return all.filter((index) => !hidden.has(index));
  }, [arranged, columns, hidden]);

  /** One place to the left or right among those shown. */
  const move = (at: number, step: -1 | 1) => {
    const other = shown[at + step];
    const own = shown[at];
    if (own === undefined || other === undefined) return;
    const all = [...(arranged ?? columns.map((_, index) => index))];
    const [from, to] = [all.indexOf(own), all.indexOf(other)];
    all.splice(to, 0, ...all.splice(from, 1));
    setArranged(all);
  };
  const showAll = () => {
    setArranged(null);
    setHidden(new Set());
    setFrozen(0);
  };

  return {
    rowCount: order?.length ?? rows.count,
    /** The row of the result that is shown there. */
    rowAt: (at: number): number => order?.[at] ?? at,
    shown,
    sort,
    setSort,
    filter,
    setFilter,
    isFiltered: wanted.trim() !== '',
    isArranged: arranged !== null || hidden.size > 0 || frozen > 0,
    frozen: Math.min(frozen, shown.length),
    setFrozen,
    hide: (column: number) => setHidden(new Set([...hidden, column])),
    move,
    showAll,
  };
}

export type View = ReturnType<typeof useView>;
