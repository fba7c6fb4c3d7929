import type { Rectangle } from '../results/selection';
import type { Cells } from '../results/use-cells';
import type { Change } from './staged';
import type { RowId } from './use-edit';

const FIELD = {
  '\t': /"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*)/y,
  ',': /"((?:[^"]|"")*)"(?=[,\r\n]|$)|([^,\r\n]*)/y,
  ';': /"((?:[^"]|"")*)"(?=[;\r\n]|$)|([^;\r\n]*)/y,
} as const;
export type Delimiter = keyof typeof FIELD;

/** Fields of separated text as spreadsheets and this console write it: quoted where they hold what separates. An empty one is NULL, `""` is empty. */
export function fieldsOf(text: string, delimiter: Delimiter = '\t'): (string | null)[][] {
  const rows: (string | null)[][] = [[]];
  const field = FIELD[delimiter];
  let at = 0;
  for (;;) {
    field.lastIndex = at;
    const [whole = '', quoted, plain = ''] = field.exec(text) ?? [];
    const value = quoted === undefined ? (plain === '' ? null : plain) : quoted.replaceAll('""', '"');
    rows.at(-1)?.push(value);
    at += whole.length;
    if (at >= text.length) break;
    if (text[at] === delimiter) at += 1;
    else {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      if (at >= text.length) break;
      rows.push([]);
    }
  }
  return rows;
}

/** A pasted block from the corner of the selection; one value fills the whole selection. */
export function cellsOfPaste(
  text: string,
  { top, left, bottom, right }: Rectangle,
  cells: Pick<Cells, 'rowCount' | 'idAt'>,
  shown: readonly number[],
): { row: RowId; column: number; change: Change }[] {
  const block = fieldsOf(text);
  const isOne = block.length === 1 && block[0]?.length === 1;
  const [height, width] = isOne
    ? [bottom - top + 1, right - left + 1]
    : [block.length, block[0]?.length ?? 0];
  const pasted: { row: RowId; column: number; change: Change }[] = [];
  for (let down = 0; down < height && top + down < cells.rowCount; down++) {
    for (let across = 0; across < width; across++) {
      const column = shown[left + across];
      const value = isOne ? block[0]?.[0] : block[down]?.[across];
      if (column === undefined || value === undefined) continue;
      pasted.push({ row: cells.idAt(top + down), column, change: { value } });
    }
  }
  return pasted;
}
