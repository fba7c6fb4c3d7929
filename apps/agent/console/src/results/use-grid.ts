import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { firstWidths, gutterWidth, HEADER_HEIGHT, ROW_HEIGHT } from './grid-layout';
import type { ResultSet } from './result-set';
import type { Selection } from './selection';
import type { View } from './use-view';

/** Sizes, scrolling and selection of one result: only the cells in sight exist, and the frozen ones. */
export function useGrid(result: ResultSet, view: View, rowCount: number) {
  const scroller = useRef<HTMLDivElement>(null);
  const [widths, setWidths] = useState<readonly number[]>([]);
  const [selection, setSelection] = useState<Selection | null>(null);
  const { shown, frozen } = view;
  const gutter = gutterWidth(rowCount);
  const columnCount = result.columns.length;
  const hasRows = result.rows.count > 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: measured once, by the first rows, and kept as they are drawn
  useEffect(() => setWidths(firstWidths(result)), [columnCount, hasRows]);
  const widthAt = (place: number) => widths[shown[place] ?? -1] ?? 120;
  const lefts = Array.from({ length: frozen }, (_, place) =>
    Array.from({ length: place }, (__, before) => widthAt(before)).reduce(
      (sum, width) => sum + width,
      gutter,
    ),
  );
  const frozenWidth = (lefts.at(-1) ?? gutter) + (frozen > 0 ? widthAt(frozen - 1) : 0);

  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    paddingStart: HEADER_HEIGHT,
    scrollPaddingStart: HEADER_HEIGHT,
  });
  const columns = useVirtualizer({
    horizontal: true,
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: widthAt,
    overscan: 4,
    paddingStart: gutter,
    scrollPaddingStart: frozenWidth,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: measured anew when a width or the order changes
  useEffect(() => columns.measure(), [widths, shown, gutter]);

  const select = (next: Selection, isInView = true) => {
    setSelection(next);
    if (isInView) return;
    rows.scrollToIndex(next.focus.row);
    if (next.focus.column >= frozen) columns.scrollToIndex(next.focus.column);
  };
  const resize = (place: number, width: number) => {
    const index = shown[place];
    setWidths((current) => current.map((old, at) => (at === index ? width : old)));
  };
  /** Frozen places first, then those in sight. */
  const places = [
    ...lefts.map((left, place) => ({ place, left, width: widthAt(place), isFrozen: true })),
    ...columns
      .getVirtualItems()
      .filter(({ index }) => index >= frozen)
      .map(({ index, start, size }) => ({ place: index, left: start, width: size, isFrozen: false })),
  ];

  return {
    ...{ scroller, rows, columns, gutter, selection, select, resize, places },
    width: columns.getTotalSize(),
  };
}

export type Grid = ReturnType<typeof useGrid>;
export type Place = Grid['places'][number];

/** Frozen cells stand in the row and stick; the others are laid where they belong. */
export function placed({ left, width, isFrozen }: Place): { className: string; style: object } {
  return isFrozen
    ? { className: 'sticky z-10 shrink-0', style: { left, width } }
    : { className: 'absolute top-0', style: { left, width } };
}
