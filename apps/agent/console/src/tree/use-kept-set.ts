import { useCallback, useState } from 'react';
import { z } from 'zod';
import { readStored, writeStored } from '../tabs/storage';

const stored = z.array(z.string());

/** A set of names that this browser keeps under `key`; give the component the key as its own. */
export function useKeptSet(key: string): [ReadonlySet<string>, (name: string) => void] {
  const [set, setSet] = useState<ReadonlySet<string>>(() => new Set(readStored(key, stored)));
  const toggle = useCallback(
    (name: string) =>
      setSet((before) => {
        const after = new Set(before);
        if (!after.delete(name)) after.add(name);
        writeStored(key, [...after]);
        return after;
      }),
    [key],
  );
  return [set, toggle];
}
