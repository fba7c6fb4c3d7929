// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual in both directions; these are the ARIA roles of one
import { type ClipboardEvent, type KeyboardEvent, useEffect, useState } from 'react';
import { cellsOfPaste } from '../edit/paste';
import type { Edit } from '../edit/use-edit';
import { copyText } from '../ui/copy';
import { plural } from './format';
import { GridHeader } from './grid-header';
import { ROW_HEIGHT } from './grid-layout';
import { GridRow, type Typing } from './grid-row';
import type { Sort } from './order';
import type { ResultSet } from './result-set';
import { RowDialog } from './row-dialog';
import type { RowLink } from './row-links';
import { type Cell, moved, rectangleOf, type Selection } from './selection';
import { copyOf } from './tsv';
import type { Cells } from './use-cells';
import type { Grid } from './use-grid';
import type { View } from './use-view';
import { ValueDialog } from './value-dialog';

interface GridProps {
  readonly result: ResultSet;
  readonly label: string;
  readonly view: View;
  readonly grid: Grid;
  readonly edit: Edit;
  readonly cells: Cells;
  readonly connection: string;
  readonly onFollow: (link: RowLink, from: string) => void;
  readonly onSortInDatabase: (sort: Sort | null) => void;
  readonly databaseSort: Sort | null;
  readonly onFilter: ((column: number) => void) | undefined;
}

type Opened = { readonly what: 'value' | 'row'; readonly cell: Cell };

/** The rows of one statement. One focusable element with a cursor inside, as the ARIA grid pattern has it. */
export function ResultGrid(props: GridProps) {
  const { result, label, view, grid, edit, cells, onSortInDatabase, databaseSort, onFilter } = props;
  const { scroller, rows, selection, select } = grid;
  const { rowCount } = cells;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [typing, setTyping] = useState<Typing | null>(null);
  const [said, setSaid] = useState('');
  const [menuAt, setMenuAt] = useState<number | null>(null);
  const area = selection === null ? null : rectangleOf(selection);
  /** Only what is in sight exists, and can be pointed to. */
  const isFocusShown =
    selection !== null &&
    rows.getVirtualItems().some(({ index }) => index === selection.focus.row) &&
    grid.places.some(({ place }) => place === selection.focus.column);

  const begin = () => {
    const first = { row: 0, column: 0 };
    if (selection === null && rowCount > 0) select({ anchor: first, focus: first });
  };
  const hasRows = rowCount > 0;
  // The focus may be here before the first row is.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when the first row comes
  useEffect(() => {
    if (document.activeElement === scroller.current) begin();
  }, [hasRows]);

  const copy = async () => {
    if (area === null) return;
    const count = (area.bottom - area.top + 1) * (area.right - area.left + 1);
    const isCopied = await copyText(copyOf([...cells.values(area)]));
    setSaid(isCopied ? `copied ${plural(count, 'cell')}` : 'the browser did not copy');
  };
  const type = (cell: Cell, text?: string) =>
    setTyping({
      ...cell,
      text: text ?? cells.cell(cell.row, cell.column).value ?? '',
      isTyped: text !== undefined,
    });
  const open = (cell: Cell) => (edit.isOn ? type(cell) : setOpened({ what: 'value', cell }));
  const onTyped = (text: string | null, step: number) => {
    if (typing === null) return;
    setTyping(null);
    if (text !== null) {
      edit.put([
        { row: cells.idAt(typing.row), column: view.shown[typing.column] ?? -1, change: { value: text } },
      ]);
    }
    const focus = { row: Math.min(rowCount - 1, typing.row + step), column: typing.column };
    if (step > 0) select({ anchor: focus, focus }, false);
    scroller.current?.focus();
  };
  const onPaste = (event: ClipboardEvent) => {
    if (!edit.isOn || area === null || typing !== null) return;
    event.preventDefault();
    edit.put(cellsOfPaste(event.clipboardData.getData('text/plain'), area, cells, view.shown));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    // A menu of a column hears its own keys; React tells them here too.
    if (menuAt !== null) return;
    const isMod = event.ctrlKey || event.metaKey;
    const extent = {
      rows: rowCount,
      columns: view.shown.length,
      page: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / ROW_HEIGHT) - 2),
    };
    // With Alt they lead to the rows followed from (results.tsx), but not away from what is being edited.
    if (event.altKey && /^Arrow(Left|Right)$/.test(event.key)) {
      if (edit.isOn) event.stopPropagation();
      return;
    }
    const next = moved(selection, event, extent);
    if (next !== undefined) select(next, false);
    else if (isMod && event.key.toLowerCase() === 'c') void copy();
    else if (isMod && event.key.toLowerCase() === 'a' && rowCount > 0) select(everything(rowCount, view));
    else if ((event.key === 'Enter' || event.key === 'F2') && !isMod && selection !== null)
      open(selection.focus);
    else if (event.key === 'ContextMenu' || (event.key === 'F10' && event.shiftKey))
      setMenuAt(selection?.focus.column ?? 0);
    else if (event.key === ' ' && selection !== null) setOpened({ what: 'row', cell: selection.focus });
    else if (edit.isOn && event.key === 'Delete' && area !== null) {
      edit.toggleDeleted(
        Array.from({ length: area.bottom - area.top + 1 }, (_, at) => cells.idAt(area.top + at)),
      );
    } else if (edit.isOn && event.key.length === 1 && !isMod && !event.altKey && selection !== null) {
      type(selection.focus, event.key);
    } else return;
    event.preventDefault();
  };

  return (
    <>
      <div
        ref={scroller}
        role="grid"
        tabIndex={0}
        data-results-pane=""
        aria-label={label}
        aria-rowcount={rowCount + 1}
        aria-colcount={view.shown.length + 1}
        aria-activedescendant={isFocusShown ? 'grid-focus' : undefined}
        aria-multiselectable="true"
        aria-readonly={!edit.isOn}
        className="min-h-0 flex-1 select-none overflow-auto bg-surface outline-none"
        onFocus={(event) => event.target === event.currentTarget && begin()}
        onKeyDown={onKeyDown}
        onPaste={onPaste}
      >
        <div className="relative" style={{ height: rows.getTotalSize() + 1, width: grid.width }}>
          <GridHeader
            {...{ result, grid, view, rowCount, onSortInDatabase, databaseSort, onFilter, menuAt }}
            onMenu={(place) => setMenuAt(place)}
          />
          {rows.getVirtualItems().map(({ index, start }) => (
            <GridRow
              key={index}
              {...{ result, view, grid, edit, cells, index, start, area, typing, onTyped }}
              onOpen={open}
            />
          ))}
        </div>
      </div>
      <span className="sr-only" aria-live="polite">
        {said}
      </span>
      {opened?.what === 'value' && (
        <ValueDialog result={result} {...valueAt(cells, view, opened.cell)} onClose={() => setOpened(null)} />
      )}
      {opened?.what === 'row' && (
        <RowDialog
          {...{ result, view, cells }}
          row={opened.cell.row}
          connection={props.connection}
          onFollow={props.onFollow}
          onRow={(row) => {
            setOpened({ what: 'row', cell: { ...opened.cell, row } });
            select({ anchor: { ...opened.cell, row }, focus: { ...opened.cell, row } }, false);
          }}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

const everything = (rowCount: number, { shown }: View): Selection => ({
  anchor: { row: 0, column: 0 },
  focus: { row: rowCount - 1, column: shown.length - 1 },
});

const valueAt = (cells: Cells, { shown }: View, { row, column }: Cell) => ({
  column: shown[column] ?? -1,
  row: cells.idAt(row),
  value: cells.cell(row, column).value,
});
