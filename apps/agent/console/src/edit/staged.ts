import type { StreamColumn, TableResponse } from '@postern/agent/console-contract';
import { quotedName, sqlLiteral } from '@postern/core/results';

export type TableColumn = TableResponse['columns'][number];

/** What a cell is to become: a value, NULL, or the column's default. */
export type Change = { readonly value: string | null } | 'default';

export interface Staged {
  /** Changes by row of the result, then by its column. */
  readonly changed: ReadonlyMap<number, ReadonlyMap<number, Change>>;
  readonly deleted: ReadonlySet<number>;
  /** New rows; what is not given takes its default. */
  readonly added: readonly ReadonlyMap<number, Change>[];
}

export const NOTHING_STAGED: Staged = { changed: new Map(), deleted: new Set(), added: [] };

export const stagedCount = ({ changed, deleted, added }: Staged): number =>
  [...changed.keys()].filter((row) => !deleted.has(row)).length + deleted.size + added.length;

/** Where the values of a result can go back to. */
export interface EditTarget {
  readonly table: TableResponse;
  /** By column of the result; undefined: it is none of the table's. */
  readonly columns: readonly (TableColumn | undefined)[];
  /** Columns of the result that make the key. */
  readonly key: readonly number[];
}

/** The one table of a result, or why its rows can not be changed. */
export function tableOf(columns: readonly StreamColumn[]): { table: number } | { why: string } {
  const tables = new Set(columns.flatMap(({ table }) => (table === undefined ? [] : [table])));
  const [table, another] = tables;
  if (table === undefined) return { why: 'the result comes from no table' };
  if (another !== undefined) return { why: 'the result joins several tables' };
  return { table };
}

export function editTarget(
  columns: readonly StreamColumn[],
  table: TableResponse,
): EditTarget | { why: string } {
  if (table.kind !== 'r' && table.kind !== 'p') return { why: `${table.name} is not a table` };
  if (table.key.length === 0)
    return { why: `${table.name} has no primary key, so a row can not be told from others` };
  const seen = new Set<number>();
  const own = columns.map(({ attribute }) => {
    // The same column twice is one to change.
    if (attribute === undefined || seen.has(attribute)) return undefined;
    seen.add(attribute);
    return table.columns.find((column) => column.attribute === attribute);
  });
  const key = table.key.map((attribute) => own.findIndex((column) => column?.attribute === attribute));
  if (key.includes(-1)) {
    const missing = table.key.filter((attribute) => !seen.has(attribute));
    const names = table.columns
      .filter(({ attribute }) => missing.includes(attribute))
      .map(({ name }) => name);
    return { why: `the result lacks ${names.join(', ')} of the key of ${table.name}` };
  }
  return { table, columns: own, key };
}

/** Types that print otherwise than their cast to text does; they are compared as what they are. */
const BY_TYPE = /^(boolean|character\(|"char"|inet|cidr|bit)/;

/** Whether the column still has the value that was shown. */
function unchanged(column: TableColumn, value: string | null): string {
  const name = quotedName(column.name);
  if (value === null) return `${name} IS NULL`;
  const cast = BY_TYPE.test(column.type) ? '' : '::text';
  return `${name}${cast} IS NOT DISTINCT FROM ${sqlLiteral(value, 'text')}`;
}

const written = (change: Change): string =>
  change === 'default' ? 'DEFAULT' : sqlLiteral(change.value, 'text');

type ValueAt = (row: number, column: number) => string | null;

/** `WHERE`: the key, and every value that the change takes for granted. */
function where(target: EditTarget, valueAt: ValueAt, row: number, checked: readonly number[]): string {
  const key = target.key.map((index) => {
    const column = target.columns[index];
    return `${quotedName(column?.name ?? '')} = ${sqlLiteral(valueAt(row, index), 'text')}`;
  });
  const rest = checked
    .filter((index) => !target.key.includes(index))
    .flatMap((index) => {
      const column = target.columns[index];
      return column ? [unchanged(column, valueAt(row, index))] : [];
    });
  return [...key, ...rest].join(' AND ');
}

function deleteSql(target: EditTarget, valueAt: ValueAt, row: number): string {
  const all = target.columns.flatMap((column, index) => (column ? [index] : []));
  return `DELETE FROM ${target.table.name} WHERE ${where(target, valueAt, row, all)}`;
}

function updateSql(
  target: EditTarget,
  valueAt: ValueAt,
  row: number,
  changes: ReadonlyMap<number, Change>,
): string {
  const sets = [...changes].map(
    ([index, change]) => `${quotedName(target.columns[index]?.name ?? '')} = ${written(change)}`,
  );
  const conditions = where(target, valueAt, row, [...changes.keys()]);
  return `UPDATE ${target.table.name} SET ${sets.join(', ')} WHERE ${conditions}`;
}

function insertSql(target: EditTarget, changes: ReadonlyMap<number, Change>): string {
  if (changes.size === 0) return `INSERT INTO ${target.table.name} DEFAULT VALUES`;
  const names = [...changes.keys()].map((index) => quotedName(target.columns[index]?.name ?? ''));
  const values = [...changes.values()].map(written);
  return `INSERT INTO ${target.table.name} (${names.join(', ')}) VALUES (${values.join(', ')})`;
}

/** The statements that do what is staged. Each must touch exactly one row. */
export function statementsOf(staged: Staged, target: EditTarget, valueAt: ValueAt): string[] {
  const { changed, deleted, added } = staged;
  return [
    ...[...deleted].map((row) => deleteSql(target, valueAt, row)),
    ...[...changed]
      .filter(([row]) => !deleted.has(row))
      .map(([row, changes]) => updateSql(target, valueAt, row, changes)),
    ...added.map((changes) => insertSql(target, changes)),
  ];
}
