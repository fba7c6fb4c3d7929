export interface Cell {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells: from where it began to where it was drawn. */
export interface Selection {
  readonly anchor: Cell;
  readonly focus: Cell;
}

export interface Rectangle {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

export function rectangleOf({ anchor, focus }: Selection): Rectangle {
  return {
    top: Math.min(anchor.row, focus.row),
    bottom: Math.max(anchor.row, focus.row),
    left: Math.min(anchor.column, focus.column),
    right: Math.max(anchor.column, focus.column),
  };
}

export function isInside({ top, bottom, left, right }: Rectangle, row: number, column: number): boolean {
  return row >= top && row <= bottom && column >= left && column <= right;
}

interface Extent {
  readonly rows: number;
  readonly columns: number;
  /** Rows that a page key moves. */
  readonly page: number;
}

function target(key: string, isFar: boolean, from: Cell, extent: Extent): Cell | undefined {
  const far = isFar ? Number.MAX_SAFE_INTEGER : 1;
  switch (key) {
    case 'ArrowUp':
      return { ...from, row: from.row - far };
    case 'ArrowDown':
      return { ...from, row: from.row + far };
    case 'ArrowLeft':
      return { ...from, column: from.column - far };
    case 'ArrowRight':
      return { ...from, column: from.column + far };
    case 'PageUp':
      return { ...from, row: from.row - extent.page };
    case 'PageDown':
      return { ...from, row: from.row + extent.page };
    case 'Home':
      return { row: isFar ? 0 : from.row, column: 0 };
    case 'End':
      return { row: isFar ? extent.rows - 1 : from.row, column: extent.columns - 1 };
    default:
      return undefined;
  }
}

const clamp = (value: number, size: number) => Math.max(0, Math.min(size - 1, value));

/** The selection after a key, or nothing when the key does not move it. Shift extends, Ctrl or ⌘ goes to the edge. */
export function moved(
  selection: Selection | null,
  key: { key: string; shiftKey: boolean; ctrlKey: boolean; metaKey: boolean },
  extent: Extent,
): Selection | undefined {
  const from = selection?.focus ?? { row: 0, column: 0 };
  const to = target(key.key, key.ctrlKey || key.metaKey, from, extent);
  if (to === undefined || extent.rows === 0 || extent.columns === 0) return undefined;
  const start = selection === null ? from : to;
  const focus = { row: clamp(start.row, extent.rows), column: clamp(start.column, extent.columns) };
  return { anchor: key.shiftKey && selection !== null ? selection.anchor : focus, focus };
}
