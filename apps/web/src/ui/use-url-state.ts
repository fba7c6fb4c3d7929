'use client';
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

/** Filters and open things live in the address: a reload, a bookmark and a colleague see the same. */
export function useUrlState(): [URLSearchParams, (changes: Record<string, string | null>) => void] {
  const params = useSearchParams();
  const change = useCallback((changes: Record<string, string | null>) => {
    // Read when called: two changes in a row must not undo each other.
    const next = new URLSearchParams(window.location.search);
    for (const [key, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(key);
      else next.set(key, value);
    }
    const query = next.toString();
    // Next follows the history API; nothing is fetched from the server for it.
    window.history.replaceState(null, '', `${window.location.pathname}${query ? `?${query}` : ''}`);
  }, []);
  return [params, change];
}
