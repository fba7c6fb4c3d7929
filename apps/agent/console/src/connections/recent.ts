import { useEffect, useMemo } from 'react';
import { z } from 'zod';
import { readStored, writeStored } from '../tabs/storage';
import type { Connection } from './connection-switcher';

const stored = z.array(z.string());
const KEPT = 50;

/** Used last first; those never used keep their order behind them. */
export function byRecency(connections: readonly Connection[], recent: readonly string[]): Connection[] {
  const rank = ({ slug }: Connection) => (recent.includes(slug) ? recent.indexOf(slug) : recent.length);
  return [...connections].sort((a, b) => rank(a) - rank(b));
}

/** Connections as the switcher lists them, remembered in this browser. */
export function useRecency(
  key: string,
  connections: readonly Connection[],
  current: string | undefined,
): Connection[] {
  const recent = useMemo(() => {
    const before = readStored(key, stored) ?? [];
    return current === undefined ? before : [current, ...before.filter((slug) => slug !== current)];
  }, [key, current]);
  useEffect(() => void writeStored(key, recent.slice(0, KEPT)), [key, recent]);
  return useMemo(() => byRecency(connections, recent), [connections, recent]);
}
