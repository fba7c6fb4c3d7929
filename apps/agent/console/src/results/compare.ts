import type { ResultSet } from './result-set';

export interface CellChange {
  readonly column: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface RowChange {
  readonly kind: 'added' | 'removed' | 'changed';
  readonly key: readonly (string | null)[];
  /** Cells that differ; of an added or removed row none. */
  readonly cells: readonly CellChange[];
}

export interface Comparison {
  readonly changes: readonly RowChange[];
  readonly same: number;
  /** Rows on either side whose key another row of that side has as well: such are matched in their order. */
  readonly ambiguous: number;
  /** Columns that only one of the two has. */
  readonly onlyBefore: readonly string[];
  readonly onlyAfter: readonly string[];
}

/** Columns that both have, by name and each name once: what rows can be told apart and compared by. */
export function comparedColumns(before: ResultSet, after: ResultSet): string[] {
  const names = new Set(after.columns.map(({ name }) => name));
  return [...new Set(before.columns.map(({ name }) => name))].filter((name) => names.has(name));
}

interface Side {
  readonly result: ResultSet;
  /** Place of each compared column. */
  readonly places: readonly number[];
  /** Rows by key, in their order. */
  readonly rows: ReadonlyMap<string, readonly number[]>;
}

function sideOf(result: ResultSet, columns: readonly string[], keys: readonly string[]): Side {
  const place = (name: string) => result.columns.findIndex((column) => column.name === name);
  const keyPlaces = keys.map(place);
  const rows = new Map<string, number[]>();
  for (let row = 0; row < result.rows.count; row++) {
    const values = result.rows.row(row);
    const key = JSON.stringify(keyPlaces.map((at) => values[at] ?? null));
    const known = rows.get(key);
    if (known) known.push(row);
    else rows.set(key, [row]);
  }
  return { result, rows, places: columns.map(place) };
}

function changesOf(before: Side, after: Side, at: readonly [number, number], columns: readonly string[]) {
  const [old, now] = [before.result.rows.row(at[0]), after.result.rows.row(at[1])];
  return columns.flatMap((column, index): CellChange[] => {
    const [left, right] = [old[before.places[index] ?? -1] ?? null, now[after.places[index] ?? -1] ?? null];
    return left === right ? [] : [{ column, before: left, after: right }];
  });
}

/** How two results differ, row by row with the same values in `keys`; values as PostgreSQL prints them, NULL is no ''. */
export function compareResults(before: ResultSet, after: ResultSet, keys: readonly string[]): Comparison {
  const columns = comparedColumns(before, after);
  const [left, right] = [sideOf(before, columns, keys), sideOf(after, columns, keys)];
  const changes: RowChange[] = [];
  let [same, ambiguous] = [0, 0];
  const take = (text: string, olds: readonly number[], news: readonly number[]) => {
    const key: (string | null)[] = JSON.parse(text);
    ambiguous += (olds.length > 1 ? olds.length : 0) + (news.length > 1 ? news.length : 0);
    for (let at = 0; at < Math.max(olds.length, news.length); at++) {
      const [old, now] = [olds[at], news[at]];
      if (old === undefined) changes.push({ kind: 'added', key, cells: [] });
      else if (now === undefined) changes.push({ kind: 'removed', key, cells: [] });
      else {
        const cells = changesOf(left, right, [old, now], columns);
        if (cells.length === 0) same += 1;
        else changes.push({ kind: 'changed', key, cells });
      }
    }
  };
  for (const [key, olds] of left.rows) take(key, olds, right.rows.get(key) ?? []);
  for (const [key, news] of right.rows) if (!left.rows.has(key)) take(key, [], news);
  const only = (one: ResultSet) =>
    one.columns.map(({ name }) => name).filter((name) => !columns.includes(name));
  return { changes, same, ambiguous, onlyBefore: only(before), onlyAfter: only(after) };
}
