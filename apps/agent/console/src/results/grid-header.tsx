// biome-ignore-all lint/a11y/useSemanticElements: a table cannot be virtual in both directions; these are the ARIA roles of one
import type { PointerEvent } from 'react';
import { HEADER_HEIGHT, MIN_WIDTH } from './grid-layout';
import type { ResultSet } from './result-set';
import type { Grid } from './use-grid';

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
}

export function GridHeader({ result, grid }: HeaderProps) {
  const { columns, gutter, widths, select, resize } = grid;
  const last = result.rows.count - 1;
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={1}
      className="sticky top-0 z-20 border-line border-b bg-sunken"
      style={{ height: HEADER_HEIGHT, width: columns.getTotalSize() }}
    >
      <div
        role="columnheader"
        tabIndex={-1}
        className="sticky left-0 z-10 h-full bg-sunken"
        style={{ width: gutter }}
      >
        <span className="sr-only">row</span>
      </div>
      {columns.getVirtualItems().map(({ index, start, size }) => {
        const column = result.columns[index];
        if (column === undefined) return null;
        return (
          <div
            key={index}
            role="columnheader"
            tabIndex={-1}
            aria-colindex={index + 2}
            title={`${column.name} ${column.type}`}
            className="absolute top-0 flex h-full items-center gap-1.5 overflow-hidden border-line border-l px-2"
            style={{ left: start, width: size }}
            onMouseDown={() => {
              if (last < 0) return;
              select({ anchor: { row: 0, column: index }, focus: { row: last, column: index } });
            }}
          >
            <span className="truncate font-medium">{column.name}</span>
            <span className="truncate text-[11px] text-faint">{column.type}</span>
            <span
              aria-hidden="true"
              className="absolute top-0 right-0 h-full w-1.5 cursor-col-resize hover:bg-accent"
              onPointerDown={(event) =>
                startResize(event, widths[index] ?? size, (width) => resize(index, width))
              }
              onMouseDown={(event) => event.stopPropagation()}
            />
          </div>
        );
      })}
    </div>
  );
}
