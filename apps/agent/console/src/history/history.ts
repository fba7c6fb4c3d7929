import { z } from 'zod';
import { readStored, writeStored } from '../tabs/storage';

const entry = z.object({
  id: z.string(),
  /** Milliseconds since 1970. */
  at: z.number(),
  connection: z.string(),
  sql: z.string(),
  elapsedMs: z.number(),
  outcome: z.enum(['done', 'refused', 'failed', 'cancelled']),
  /** `10 rows`, or what went wrong. */
  summary: z.string(),
  /** Of its event in the audit trail; absent: it did not come that far. */
  auditId: z.string().optional(),
});
export type HistoryEntry = z.infer<typeof entry>;

const KEPT = 100;
/** Browsers give an origin about five million characters; the tabs need their share. */
const MAX_CHARS = 1_000_000;

/** Newest first, at most a hundred, and no more text than the browser will keep. */
export function withEntry(entries: readonly HistoryEntry[], added: HistoryEntry): HistoryEntry[] {
  const kept: HistoryEntry[] = [];
  let size = 0;
  for (const candidate of [added, ...entries].slice(0, KEPT)) {
    size += candidate.sql.length;
    if (size > MAX_CHARS) break;
    kept.push(candidate);
  }
  return kept;
}

/** What is searched for: as many words, as long as the agent takes them. */
export const wordsOf = (search: string): string[] =>
  search
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 10)
    .map((word) => word.slice(0, 200));

/** Those that hold every word of a search, in any place. */
export function matching(entries: readonly HistoryEntry[], search: string): HistoryEntry[] {
  const words = wordsOf(search);
  return entries.filter(({ sql, connection, summary }) => {
    const text = `${sql}\n${connection}\n${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function loadHistory(key: string): HistoryEntry[] {
  return readStored(key, z.array(entry)) ?? [];
}

/** Reads before it writes: another window may have added since. */
export function addToHistory(key: string, added: HistoryEntry): void {
  writeStored(key, withEntry(loadHistory(key), added));
}

export function clearHistory(key: string): void {
  writeStored(key, []);
}
