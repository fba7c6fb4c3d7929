// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual in both directions; these are the ARIA roles of one
import { DropdownMenu } from 'radix-ui';
import type { PointerEvent } from 'react';
import { copyText } from '../ui/copy';
import { Icon } from '../ui/icon';
import { Menu, MenuContent, MenuItem, MenuLine } from '../ui/menu';
import { HEADER_HEIGHT, MIN_WIDTH } from './grid-layout';
import type { Sort } from './order';
import type { ResultSet } from './result-set';
import { type Grid, type Place, placed } from './use-grid';
import type { View } from './use-view';

function startResize(event: PointerEvent<HTMLElement>, width: number, resize: (width: number) => void) {
  event.preventDefault();
  event.stopPropagation();
  const handle = event.currentTarget;
  const from = event.clientX;
  handle.setPointerCapture(event.pointerId);
  const move = (moved: globalThis.PointerEvent) => resize(Math.max(MIN_WIDTH, width + moved.clientX - from));
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
    once: true,
  });
}

interface HeaderProps {
  readonly result: ResultSet;
  readonly grid: Grid;
  readonly view: View;
  readonly rowCount: number;
  /** The place whose menu is open. */
  readonly menuAt: number | null;
  readonly onMenu: (place: number | null) => void;
  /** Has the database sort what is not here as a whole. */
  readonly onSortInDatabase: (sort: Sort | null) => void;
  /** How the database sorted it by the console's own doing. */
  readonly databaseSort: Sort | null;
  /** Asks which rows the database is to give; absent: it is no SELECT. */
  readonly onFilter: ((column: number) => void) | undefined;
}

function ColumnMenu({
  place,
  name,
  column,
  ...props
}: HeaderProps & { place: number; name: string; column: number }) {
  const { result, grid, view, onSortInDatabase, onFilter, databaseSort } = props;
  const { frozen, shown } = view;
  const sort = view.sort ?? databaseSort;
  const isWhole = result.complete !== undefined && !result.truncated;
  const own = sort?.column === column ? sort : null;
  const sortBy = (isDescending: boolean) => {
    if (isWhole) view.setSort({ column, isDescending });
    else onSortInDatabase({ column, isDescending });
  };
  const unsort = () => (view.sort === null ? onSortInDatabase(null) : view.setSort(null));
  const where = isWhole ? '' : ' in the database';
  const width = grid.places.find((at) => at.place === place)?.width ?? MIN_WIDTH;
  /** The menu stays: one step is seldom enough. */
  const resize = (event: Event, factor: number) => {
    event.preventDefault();
    grid.resize(place, Math.max(MIN_WIDTH, Math.round(width * factor)));
  };
  const backToGrid = (event: Event) => {
    event.preventDefault();
    grid.scroller.current?.focus();
  };
  return (
    <Menu open={props.menuAt === place} onOpenChange={(isOpen) => props.onMenu(isOpen ? place : null)}>
      <DropdownMenu.Trigger
        aria-label={`Column ${name}`}
        tabIndex={-1}
        onMouseDown={(event) => event.stopPropagation()}
        className={`ml-auto grid size-5 shrink-0 place-items-center rounded text-muted hover:bg-hover hover:text-text ${own ? 'text-accent' : ''}`}
      >
        {own ? (
          <span aria-hidden="true">{own.isDescending ? '↓' : '↑'}</span>
        ) : (
          <Icon name="chevron" className="!size-3" />
        )}
      </DropdownMenu.Trigger>
      <MenuContent align="end" onCloseAutoFocus={backToGrid}>
        <MenuItem onSelect={() => sortBy(false)}>Sort ascending{where}</MenuItem>
        <MenuItem onSelect={() => sortBy(true)}>Sort descending{where}</MenuItem>
        {sort !== null && <MenuItem onSelect={unsort}>Do not sort</MenuItem>}
        {onFilter !== undefined && (
          <MenuItem onSelect={() => onFilter(column)}>Filter in the database…</MenuItem>
        )}
        <MenuLine />
        {place > 0 && <MenuItem onSelect={() => view.move(place, -1)}>Move left</MenuItem>}
        {place < shown.length - 1 && <MenuItem onSelect={() => view.move(place, 1)}>Move right</MenuItem>}
        {frozen !== place + 1 && (
          <MenuItem onSelect={() => view.setFrozen(place + 1)}>Freeze up to here</MenuItem>
        )}
        {frozen > 0 && <MenuItem onSelect={() => view.setFrozen(0)}>Freeze nothing</MenuItem>}
        {shown.length > 1 && <MenuItem onSelect={() => view.hide(column)}>Hide</MenuItem>}
        <MenuItem onSelect={(event) => resize(event, 1.25)}>Wider</MenuItem>
        <MenuItem onSelect={(event) => resize(event, 0.8)}>Narrower</MenuItem>
        {view.isArranged && <MenuItem onSelect={view.showAll}>All columns, as they came</MenuItem>}
        <MenuLine />
        <MenuItem onSelect={() => void copyText(name)}>Copy the name</MenuItem>
      </MenuContent>
    </Menu>
  );
}

function HeaderCell({ at, ...props }: HeaderProps & { at: Place }) {
  const { result, grid, view, rowCount } = props;
  const index = view.shown[at.place] ?? -1;
  const column = result.columns[index];
  if (column === undefined) return null;
  const { className, style } = placed(at);
  const sort = view.sort ?? props.databaseSort;
  const own = sort?.column === index ? sort : null;
  return (
    <div
      role="columnheader"
      tabIndex={-1}
      aria-colindex={at.place + 2}
      aria-sort={own ? (own.isDescending ? 'descending' : 'ascending') : 'none'}
      title={`${column.name} ${column.type}`}
      className={`${className} flex h-full items-center gap-1.5 overflow-hidden border-line border-l bg-sunken px-2`}
      style={style}
      onMouseDown={() => {
        if (rowCount === 0) return;
        grid.select({ anchor: { row: 0, column: at.place }, focus: { row: rowCount - 1, column: at.place } });
      }}
    >
      <span className="truncate font-medium">{column.name}</span>
      <span className="truncate text-[11px] text-muted">{column.type}</span>
      <ColumnMenu {...props} place={at.place} name={column.name} column={index} />
      <span
        aria-hidden="true"
        className="absolute top-0 right-0 h-full w-1.5 cursor-col-resize hover:bg-accent"
        onPointerDown={(event) => startResize(event, at.width, (width) => grid.resize(at.place, width))}
        onMouseDown={(event) => event.stopPropagation()}
      />
    </div>
  );
}

export function GridHeader(props: HeaderProps) {
  const { grid } = props;
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={1}
      className="sticky top-0 z-30 flex border-line border-b bg-sunken"
      style={{ height: HEADER_HEIGHT, width: grid.width }}
    >
      <div
        role="columnheader"
        tabIndex={-1}
        className="sticky left-0 z-20 h-full shrink-0 bg-sunken"
        style={{ width: grid.gutter }}
      >
        <span className="sr-only">row</span>
      </div>
      {grid.places.map((at) => (
        <HeaderCell key={at.place} at={at} {...props} />
      ))}
    </div>
  );
}
