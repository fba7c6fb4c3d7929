import type { ResultSet } from './result-set';

export const ROW_HEIGHT = 26;
export const HEADER_HEIGHT = 30;
export const MIN_WIDTH = 48;
const MAX_FIRST_WIDTH = 380;
const CHAR_WIDTH = 7.3;
const PADDING = 50;
const SAMPLE = 60;

/** Wide enough for the longest of the first values, within reason; people may drag it wider. */
export function firstWidths({ columns, rows }: Pick<ResultSet, 'columns' | 'rows'>): number[] {
  const sample = Array.from({ length: Math.min(rows.count, SAMPLE) }, (_, row) => rows.row(row));
  return columns.map(({ name, type }, index) => {
    let chars = name.length + type.length + 2;
    for (const row of sample) {
      const value = row[index];
      chars = Math.max(chars, Math.min(80, value?.length ?? 4));
    }
    return Math.max(64, Math.min(MAX_FIRST_WIDTH, Math.ceil(chars * CHAR_WIDTH + PADDING)));
  });
}

/** Wide enough for the number of the last row. */
export function gutterWidth(rows: number): number {
  return Math.max(36, String(rows).length * 8 + 18);
}

/** Longer values are shown whole on Enter; a cell needs only its beginning. */
const CELL_CHARS = 300;

/** A value on one line. */
export function cellText(value: string): string {
  const cut = value.length > CELL_CHARS ? `${value.slice(0, CELL_CHARS)}…` : value;
  return cut.replace(/\r\n|[\n\r]/g, '⏎').replaceAll('\t', '⇥');
}
