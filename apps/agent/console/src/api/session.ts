import { useSyncExternalStore } from 'react';

/** Whether the agent last said that nobody is signed in (401). Any call can find out, so it lives outside React. */
let ended = false;
const listeners = new Set<() => void>();

export function sessionEnded(value: boolean): void {
  if (value === ended) return;
  ended = value;
  for (const listener of listeners) listener();
}

/** Calls back whenever a session ends; answers how to stop. */
export function onSessionEnded(listener: () => void): () => void {
  return subscribe(() => ended && listener());
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useSessionEnded(): boolean {
  return useSyncExternalStore(subscribe, () => ended);
}
