import type { Edit, RowId } from '../edit/use-edit';
import type { ResultSet } from './result-set';
import type { Rectangle } from './selection';
import type { View } from './use-view';

/** What stands in a place of the grid. */
export interface ShownCell {
  readonly value: string | null;
  /** It takes the column's default. */
  readonly isDefault: boolean;
  readonly mark: 'none' | 'changed' | 'added' | 'deleted';
}

/** The grid as it is shown: rows in the order of the view, those that are added behind them, with what is staged. */
export function cellsOf(result: ResultSet, view: View, edit: Edit) {
  const { rowAt, rowCount, shown } = view;
  const idAt = (at: number): RowId => (at < rowCount ? rowAt(at) : -(at - rowCount) - 1);

  const cell = (at: number, place: number): ShownCell => {
    const [id, column] = [idAt(at), shown[place] ?? -1];
    const change = edit.changesOf(id)?.get(column);
    const mark = id < 0 ? 'added' : edit.staged.deleted.has(id) ? 'deleted' : change ? 'changed' : 'none';
    if (change === undefined) {
      return { value: id < 0 ? null : (result.rows.value(id, column) ?? null), isDefault: id < 0, mark };
    }
    return { value: change === 'default' ? null : change.value, isDefault: change === 'default', mark };
  };

  /** The values of a part of the grid, one row at a time. */
  function* values({ top, bottom, left, right }: Rectangle): Generator<(string | null)[]> {
    for (let at = top; at <= bottom; at++) {
      const id = idAt(at);
      const isPlain = id >= 0 && edit.changesOf(id) === undefined;
      const row = isPlain ? result.rows.row(id) : undefined;
      yield shown
        .slice(left, right + 1)
        .map((column, index) => (row ? (row[column] ?? null) : cell(at, left + index).value));
    }
  }

  return { rowCount: rowCount + edit.staged.added.length, idAt, cell, values };
}

export type Cells = ReturnType<typeof cellsOf>;
