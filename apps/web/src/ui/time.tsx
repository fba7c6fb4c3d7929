'use client';
import { useSyncExternalStore } from 'react';
import { absolute, relative } from './format';

/** One clock for all relative times of the page. */
let now = 0;
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 5_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

function snapshot(): number {
  if (now === 0) now = Date.now();
  return now;
}

export function useNow(): number {
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

/** "3 min ago", with the exact instant in its title. */
export function Ago({ at, never = 'never' }: { at: string | null | undefined; never?: string }) {
  const current = useNow();
  if (!at) return <span className="text-ink-3">{never}</span>;
  return (
    <time dateTime={at} title={absolute(at)} className="whitespace-nowrap">
      {relative(at, current)}
    </time>
  );
}
