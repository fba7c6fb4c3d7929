import { expect } from 'vitest';
import type { Sandbox } from './sandbox.js';

/** How many texts run between two looks: sessions of their own are cheaper few at a time. */
const SIZE = { one: 100, each: 20 } as const;

/** Runs them all, fails with the name of the one that changed something, and counts those that ran without an error. */
export async function expectNoEffects(
  sandbox: Sandbox,
  texts: readonly string[],
  sessions: 'one' | 'each',
): Promise<number> {
  let executed = 0;
  for (let first = 0; first < texts.length; first += SIZE[sessions]) {
    const batch = texts.slice(first, first + SIZE[sessions]);
    const { changed, ran } = await sandbox.effects(batch, sessions);
    executed += ran;
    if (changed.length === 0) continue;
    // Once more, one by one, to name the one that did it.
    for (const text of batch)
      expect({ text, changed: (await sandbox.effects([text])).changed }).toEqual({ text, changed: [] });
    expect({ batch, changed }).toEqual({ batch, changed: [] });
  }
  return executed;
}
