import DataLoader from 'dataloader';
import type { RequestContext } from './context.js';

/**
 * The loader of one thing in one organisation, living as long as the request: field resolvers of a list are answered by one
 * query. `batch` answers with what it found; the others get `missing`.
 */
export function loaderOf<V>(
  context: RequestContext,
  name: string,
  orgId: string,
  batch: (keys: readonly string[]) => Promise<ReadonlyMap<string, V>>,
  missing: V,
): DataLoader<string, V> {
  return context.once(
    `loader:${name}:${orgId}`,
    () =>
      new DataLoader<string, V>(async (keys) => {
        const found = await batch(keys);
        return keys.map((key) => found.get(key) ?? missing);
      }),
  );
}

/** Rows by a key that several of them share. */
export function grouped<Row, V>(
  rows: readonly Row[],
  keyOf: (row: Row) => string,
  pick: (row: Row) => V,
): Map<string, V[]> {
  const groups = new Map<string, V[]>();
  for (const row of rows) {
    const group = groups.get(keyOf(row));
    if (group) group.push(pick(row));
    else groups.set(keyOf(row), [pick(row)]);
  }
  return groups;
}
