import { useState } from 'react';
import { readStored, writeStored } from '../tabs/storage';
import { parameterNames, storedValues, type Values } from './placeholders';

/** Names remembered beyond their tab. */
const NAMES_KEPT = 100;

interface Asking {
  readonly names: readonly string[];
  readonly last: Values;
  readonly action: string;
  readonly onDone: (values: Values) => void;
}

/** What placeholders stood for last: in the tab, else anywhere in this browser. Nothing of it leaves the browser but with a run. */
export function useParameters(storageKey: string, inTab: Values, onUsed: (values: Values) => void) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const key = `${storageKey}.parameters`;

  /** Calls `go` at once where the text has no placeholders, else with what the person typed. */
  const ask = (sql: string, action: string, go: (values?: Values) => void) => {
    const names = parameterNames(sql);
    if (names.length === 0) return go();
    const everywhere = readStored(key, storedValues) ?? {};
    setAsking({
      ...{ names, action, last: { ...everywhere, ...inTab } },
      onDone: (values) => {
        onUsed({ ...inTab, ...values });
        writeStored(
          key,
          Object.fromEntries(Object.entries({ ...values, ...everywhere, ...values }).slice(0, NAMES_KEPT)),
        );
        go(values);
      },
    });
  };
  return { ask, asking, close: () => setAsking(null) };
}
