// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual in both directions; these are the ARIA roles of one
import type { MouseEvent } from 'react';
import { CellInput } from '../edit/cell-input';
import type { Edit } from '../edit/use-edit';
import { CellValue } from './cell';
import { isNumeric } from './format';
import { ROW_HEIGHT } from './grid-layout';
import type { ResultSet } from './result-set';
import { type Cell, isInside, type Rectangle } from './selection';
import type { Cells, ShownCell } from './use-cells';
import { type Grid, type Place, placed } from './use-grid';
import type { View } from './use-view';

/** The cell that is being typed in, and what was there first. */
export interface Typing extends Cell {
  readonly text: string;
  readonly isTyped: boolean;
}

export interface RowProps {
  readonly result: ResultSet;
  readonly view: View;
  readonly grid: Grid;
  readonly edit: Edit;
  readonly cells: Cells;
  readonly index: number;
  readonly start: number;
  readonly area: Rectangle | null;
  readonly typing: Typing | null;
  readonly onOpen: (cell: Cell) => void;
  readonly onTyped: (text: string | null, step: number) => void;
}

const MARKS: Readonly<Record<ShownCell['mark'], string>> = {
  none: 'bg-surface',
  changed: 'bg-warn-soft',
  added: 'bg-(--added)',
  deleted: 'bg-danger-soft line-through',
};
const MARK_NAMES = { none: '', changed: 'changed', added: 'added', deleted: 'deleted' } as const;

function GridCell({ at, ...props }: RowProps & { at: Place }) {
  const { result, view, grid, cells, index, area, typing, onOpen, onTyped } = props;
  const { selection, select } = grid;
  const { place } = at;
  const { value, isDefault, mark } = cells.cell(index, place);
  const type = result.columns[view.shown[place] ?? -1]?.type ?? '';
  const isChosen = area !== null && isInside(area, index, place);
  const isFocus = selection?.focus.row === index && selection.focus.column === place;
  const { className, style } = placed(at);
  const begin = (event: MouseEvent) => {
    const focus = { row: index, column: place };
    select({ anchor: event.shiftKey ? (selection?.anchor ?? focus) : focus, focus });
  };
  return (
    <div
      role="gridcell"
      tabIndex={-1}
      id={isFocus ? 'grid-focus' : undefined}
      aria-colindex={place + 2}
      aria-selected={isChosen}
      aria-description={MARK_NAMES[mark] || undefined}
      className={`${className} h-full truncate whitespace-pre border-line border-l px-2 font-mono text-[12px] leading-[26px] ${isNumeric(type) ? 'text-right' : ''} ${isChosen ? 'bg-selection' : MARKS[mark]} ${isFocus ? 'outline-1 outline-accent -outline-offset-1 outline-solid' : ''}`}
      style={style}
      onMouseDown={(event) => event.button === 0 && begin(event)}
      onMouseEnter={(event) => {
        if (event.buttons !== 1 || selection === null) return;
        select({ anchor: selection.anchor, focus: { row: index, column: place } });
      }}
      onDoubleClick={() => onOpen({ row: index, column: place })}
    >
      {typing?.row === index && typing.column === place ? (
        <CellInput text={typing.text} isTyped={typing.isTyped} onDone={onTyped} />
      ) : isDefault ? (
        <span className="select-none font-sans text-[11px] text-muted italic">default</span>
      ) : (
        <CellValue value={value} />
      )}
    </div>
  );
}

export function GridRow(props: RowProps) {
  const { grid, index, start, view, cells } = props;
  const last = view.shown.length - 1;
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={index + 2}
      className="absolute left-0 flex border-line border-b"
      style={{ top: start, height: ROW_HEIGHT, width: grid.width }}
    >
      <div
        role="rowheader"
        tabIndex={-1}
        className="sticky left-0 z-20 h-full shrink-0 bg-sunken pr-2 text-right text-[11px] text-muted leading-[26px]"
        style={{ width: grid.gutter }}
        onMouseDown={() =>
          grid.select({ anchor: { row: index, column: 0 }, focus: { row: index, column: last } })
        }
      >
        {cells.idAt(index) < 0 ? 'new' : cells.idAt(index) + 1}
      </div>
      {grid.places.map((at) => (
        <GridCell key={at.place} at={at} {...props} />
      ))}
    </div>
  );
}
