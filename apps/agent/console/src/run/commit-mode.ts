import { useState } from 'react';
import { z } from 'zod';
import type { Connection } from '../connections/connection-switcher';
import { readStored, writeStored } from '../tabs/storage';

const KEY = 'postern.commit';
const stored = z.record(z.string(), z.enum(['auto', 'manual']));
export type CommitMode = z.infer<typeof stored>[string];

/** On production what changes something waits for Commit, unless the person wants it otherwise. */
export function commitModeBefore({ label, readOnly }: Pick<Connection, 'label' | 'readOnly'>): CommitMode {
  return /\bprod(uction)?\b/i.test(label) && !readOnly ? 'manual' : 'auto';
}

/** Whether statements that change something commit by themselves, by connection, kept in this browser. */
export function useCommitMode(connections: readonly Connection[]) {
  const [chosen, setChosen] = useState(() => readStored(KEY, stored) ?? {});
  const modeOf = (slug: string): CommitMode => {
    const connection = connections.find((candidate) => candidate.slug === slug);
    return chosen[slug] ?? (connection ? commitModeBefore(connection) : 'auto');
  };
  const choose = (slug: string, mode: CommitMode) => {
    const next = { ...chosen, [slug]: mode };
    setChosen(next);
    writeStored(KEY, next);
  };
  return { modeOf, choose };
}
