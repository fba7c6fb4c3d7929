import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { historyQuery } from '../api/kept';
import type { Workspace } from '../tabs/model';
import { clearHistory, loadHistory, wordsOf } from './history';
import { merged } from './past';

/** Nobody is asked while somebody types. */
const PAUSE_MS = 250;

function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

/** What the person ran, here and elsewhere, narrowed to a search; without the control plane, what this browser remembers. */
export function useHistory(historyKey: string, running: Workspace['running'], search: string) {
  const [entries, setEntries] = useState(() => loadHistory(historyKey));
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when a run has ended
  useEffect(() => setEntries(loadHistory(historyKey)), [historyKey, running]);
  const settled = useSettled(search);
  const trail = useInfiniteQuery(historyQuery(historyKey, wordsOf(settled)));
  const { data, hasNextPage } = trail;
  const runs = useMemo(() => {
    const statements = data?.pages.flatMap((page) => page.statements) ?? [];
    return merged(entries, search, statements, !hasNextPage);
  }, [entries, search, data, hasNextPage]);
  const clear = () => {
    clearHistory(historyKey);
    setEntries([]);
  };
  return {
    runs,
    isLooking: trail.isFetching || settled !== search,
    problem: trail.error,
    again: () => void trail.refetch(),
    older: hasNextPage ? () => void trail.fetchNextPage() : undefined,
    /** How many this browser remembers. */
    kept: entries.length,
    clear,
  };
}
