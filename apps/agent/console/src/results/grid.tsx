// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual in both directions; these are the ARIA roles of one
import { type KeyboardEvent, type MouseEvent, useState } from 'react';
import { copyText } from '../ui/copy';
import { CellValue } from './cell';
import { isNumeric, plural } from './format';
import { GridHeader } from './grid-header';
import { ROW_HEIGHT } from './grid-layout';
import { type ResultSet, useResult } from './result-set';
import { type Cell, isInside, moved, type Rectangle, rectangleOf, type Selection } from './selection';
import { copyOf } from './tsv';
import { type Grid, useGrid } from './use-grid';
import { ValueDialog } from './value-dialog';

interface RowProps {
  readonly result: ResultSet;
  readonly grid: Grid;
  readonly index: number;
  readonly start: number;
  readonly area: Rectangle | null;
  readonly onOpen: (cell: Cell) => void;
}

function GridRow({ result, grid, index, start, area, onOpen }: RowProps) {
  const values = result.rows.row(index);
  const { columns, gutter, select, selection } = grid;
  const lastColumn = result.columns.length - 1;
  const begin = (event: MouseEvent, column: number) => {
    const focus = { row: index, column };
    select({ anchor: event.shiftKey ? (selection?.anchor ?? focus) : focus, focus });
  };
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      className="absolute left-0 border-line border-b"
      style={{ top: start, height: ROW_HEIGHT, width: columns.getTotalSize() }}
    >
      <div
        role="rowheader"
        tabIndex={-1}
        className="sticky left-0 z-10 h-full bg-sunken pr-2 text-right text-[11px] text-faint leading-[26px]"
        style={{ width: gutter }}
        onMouseDown={() =>
          select({ anchor: { row: index, column: 0 }, focus: { row: index, column: lastColumn } })
        }
      >
        {index + 1}
      </div>
      {columns.getVirtualItems().map((column) => {
        const isChosen = area !== null && isInside(area, index, column.index);
        const isFocus = selection?.focus.row === index && selection.focus.column === column.index;
        const align = isNumeric(result.columns[column.index]?.type ?? '') ? 'text-right' : '';
        return (
          <div
            key={column.index}
            role="gridcell"
            tabIndex={-1}
            id={isFocus ? 'grid-focus' : undefined}
            aria-colindex={column.index + 2}
            aria-selected={isChosen}
            className={`absolute top-0 h-full truncate whitespace-pre border-line border-l px-2 font-mono text-[12px] leading-[26px] ${align} ${isChosen ? 'bg-selection' : ''} ${isFocus ? 'outline-1 outline-accent -outline-offset-1 outline-solid' : ''}`}
            style={{ left: column.start, width: column.size }}
            onMouseDown={(event) => event.button === 0 && begin(event, column.index)}
            onMouseEnter={(event) => {
              if (event.buttons !== 1 || selection === null) return;
              select({ anchor: selection.anchor, focus: { row: index, column: column.index } });
            }}
            onDoubleClick={() => onOpen({ row: index, column: column.index })}
          >
            <CellValue value={values[column.index]} />
          </div>
        );
      })}
    </div>
  );
}

/** The values of a selection. */
function selectedRows({ rows }: ResultSet, { top, bottom, left, right }: Rectangle) {
  return Array.from({ length: bottom - top + 1 }, (_, at) => rows.row(top + at).slice(left, right + 1));
}

function everything(result: ResultSet): Selection {
  return {
    anchor: { row: 0, column: 0 },
    focus: { row: result.rows.count - 1, column: result.columns.length - 1 },
  };
}

interface GridProps {
  readonly result: ResultSet;
  readonly label: string;
}

/** The rows of one statement. One focusable element with a cursor inside, as the ARIA grid pattern has it. */
export function ResultGrid({ result, label }: GridProps) {
  useResult(result);
  const grid = useGrid(result);
  const { scroller, rows, columns, selection, select } = grid;
  const [opened, setOpened] = useState<Cell | null>(null);
  const [said, setSaid] = useState('');
  const area = selection === null ? null : rectangleOf(selection);

  const copy = async () => {
    if (area === null) return;
    const cells = (area.bottom - area.top + 1) * (area.right - area.left + 1);
    setSaid(
      (await copyText(copyOf(selectedRows(result, area))))
        ? `copied ${plural(cells, 'cell')}`
        : 'the browser did not copy',
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const isMod = event.ctrlKey || event.metaKey;
    const next = moved(selection, event, {
      rows: result.rows.count,
      columns: result.columns.length,
      page: Math.max(1, Math.floor((scroller.current?.clientHeight ?? 300) / ROW_HEIGHT) - 2),
    });
    if (next !== undefined) select(next, false);
    else if (isMod && event.key.toLowerCase() === 'c') void copy();
    else if (isMod && event.key.toLowerCase() === 'a' && result.rows.count > 0) select(everything(result));
    else if (event.key === 'Enter' && !isMod && selection !== null) setOpened(selection.focus);
    else return;
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
        aria-rowcount={result.rows.count + 1}
        aria-colcount={result.columns.length + 1}
        aria-activedescendant={selection === null ? undefined : 'grid-focus'}
        aria-multiselectable="true"
        className="min-h-0 flex-1 select-none overflow-auto bg-surface outline-none"
        onFocus={() => {
          const first = { row: 0, column: 0 };
          if (selection === null && result.rows.count > 0) select({ anchor: first, focus: first });
        }}
        onKeyDown={onKeyDown}
      >
        <div className="relative" style={{ height: rows.getTotalSize() + 1, width: columns.getTotalSize() }}>
          <GridHeader result={result} grid={grid} />
          {rows.getVirtualItems().map(({ index, start }) => (
            <GridRow
              key={index}
              result={result}
              grid={grid}
              index={index}
              start={start}
              area={area}
              onOpen={setOpened}
            />
          ))}
        </div>
      </div>
      <span className="sr-only" aria-live="polite">
        {said}
      </span>
      {opened !== null && <ValueDialog result={result} cell={opened} onClose={() => setOpened(null)} />}
    </>
  );
}
