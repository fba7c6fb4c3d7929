import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { firstWidths, gutterWidth, HEADER_HEIGHT, ROW_HEIGHT } from './grid-layout';
import type { ResultSet } from './result-set';
import type { Selection } from './selection';

/** Sizes, scrolling and selection of one result: only the cells in sight exist. */
export function useGrid(result: ResultSet) {
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState(() => firstWidths(result));
  const [selection, setSelection] = useState<Selection | null>(null);
  const gutter = gutterWidth(result.rows.count);

  const rows = useVirtualizer({
    count: result.rows.count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    paddingStart: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: result.columns.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => widths[index] ?? 120,
    overscan: 4,
    paddingStart: gutter,
    scrollPaddingStart: gutter,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when a width changes
  useEffect(() => columns.measure(), [widths]);

  const select = (next: Selection, isInView = true) => {
    setSelection(next);
    if (isInView) return;
    rows.scrollToIndex(next.focus.row);
    columns.scrollToIndex(next.focus.column);
  };
  const resize = (index: number, width: number) =>
    setWidths((current) => current.map((old, at) => (at === index ? width : old)));

  return { scroller, rows, columns, gutter, widths, selection, select, resize };
}

export type Grid = ReturnType<typeof useGrid>;
