import {
  type Administrators,
  administratorsAnswer,
  askForAccessAnswer,
  type HistoryPage,
  historyAnswer,
  type SavedQuery,
  saveAnswer,
  savedAnswer,
} from '@postern/agent/console-kept';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { ask, get, post } from './client';

/** Who may change the rules. */
export const administratorsQuery = queryOptions({
  queryKey: ['administrators'],
  queryFn: ({ signal }): Promise<Administrators> => get('/api/administrators', administratorsAnswer, signal),
  staleTime: 5 * 60_000,
  retry: false,
});

/** Asks for permissions; false: the same request waits already. */
export async function askForAccess(wanted: {
  connection: string;
  permissions: readonly string[];
  reason: string;
  auditId?: string | undefined;
}): Promise<boolean> {
  return (await ask('/api/access-requests', wanted, askForAccessAnswer)).isNew;
}

export const savedQuery = queryOptions({
  queryKey: ['saved'],
  queryFn: async ({ signal }): Promise<SavedQuery[]> =>
    (await get('/api/saved', savedAnswer, signal)).queries,
  staleTime: 30_000,
  retry: false,
});

type Kept = Pick<SavedQuery, 'folder' | 'name' | 'connection' | 'sql' | 'isShared'> & {
  readonly id?: string;
};

export const saveQuery = (query: Kept): Promise<{ id: string }> => ask('/api/saved', query, saveAnswer);

export const deleteSaved = (id: string): Promise<void> => post('/api/saved/delete', { id });

/** What the person ran, in this browser or another, as the audit trail has it. `whose`: nobody else who signs in here is shown it. */
export const historyQuery = (whose: string, words: readonly string[]) =>
  infiniteQueryOptions({
    queryKey: ['history', whose, words],
    queryFn: ({ pageParam }): Promise<HistoryPage> =>
      ask('/api/history', { words, ...(pageParam === null ? {} : { after: pageParam }) }, historyAnswer),
    initialPageParam: null as HistoryPage['next'],
    getNextPageParam: ({ next }) => next,
    staleTime: 30_000,
    retry: false,
  });
