'use client';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { cx } from './cx';
import { Skeleton } from './states';

export interface Column<T> {
  key: string;
  header: string;
  /** The header is for screen readers only (a column of buttons). */
  quiet?: boolean;
  className?: string;
  cell: (row: T) => ReactNode;
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[] | undefined;
  rowId: (row: T) => string;
  /** Opens the row; the first cell becomes its button. */
  onOpen?: (row: T) => void;
  /** Name of that button when the cell's own text is not enough. */
  openLabel?: (row: T) => string;
  selectedId?: string | undefined;
  footer?: ReactNode;
}

const ROW_HEIGHT = 41;
/** Shorter tables are drawn whole. */
const VIRTUAL_FROM = 120;

/** A dense table: real `<table>` semantics, only what is in view is drawn when it is long, j/k and Enter by the shell. */
export function DataTable<T>(props: Props<T>) {
  const { label, columns, rows, footer, onOpen } = props;
  return (
    <div className="border-line bg-surface rounded-lg border">
      <ScrollArea label={label} hasButtons={onOpen !== undefined}>
        <table
          aria-label={label}
          aria-busy={rows === undefined || undefined}
          className="w-full border-collapse text-sm"
        >
          <thead>
            <tr className="border-line border-b text-left text-xs">
              {columns.map((column) => (
                <th
                  key={column.key}
                  scope="col"
                  className={cx('px-3 py-2 font-medium whitespace-nowrap', column.className)}
                >
                  <span className={column.quiet ? 'sr-only' : 'text-ink-3'}>{column.header}</span>
                </th>
              ))}
            </tr>
          </thead>
          {rows === undefined ? <Loading columns={columns} /> : <Body {...props} rows={rows} />}
        </table>
      </ScrollArea>
      {footer ? <div className="border-line text-ink-3 border-t px-3 py-2 text-xs">{footer}</div> : null}
    </div>
  );
}

/** A table may be wider than the page. Without a button in it, only this lets the keyboard scroll it. */
function ScrollArea({
  label,
  hasButtons,
  children,
}: {
  label: string;
  hasButtons: boolean;
  children: ReactNode;
}) {
  if (hasButtons) return <div className="overflow-x-auto">{children}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
    <section tabIndex={0} aria-label={`${label}, scrollable`} className="overflow-x-auto">
      {children}
    </section>
  );
}

function Body<T>(props: Props<T> & { rows: readonly T[] }) {
  return props.rows.length >= VIRTUAL_FROM ? <VirtualBody {...props} /> : <PlainBody {...props} />;
}

function PlainBody<T>(props: Props<T> & { rows: readonly T[] }) {
  return (
    <tbody>
      {props.rows.map((row) => (
        <Row key={props.rowId(row)} row={row} {...props} />
      ))}
    </tbody>
  );
}

function VirtualBody<T>(props: Props<T> & { rows: readonly T[] }) {
  const { rows, columns } = props;
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => {
    if (body.current) setTop(body.current.getBoundingClientRect().top + window.scrollY);
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <tbody ref={body}>
      <Spacer height={before} columns={columns.length} />
      {items.map((item) => {
        const row = rows[item.index];
        return row === undefined ? null : (
          <Row
            key={props.rowId(row)}
            row={row}
            index={item.index}
            measure={virtual.measureElement}
            {...props}
          />
        );
      })}
      <Spacer height={after} columns={columns.length} />
    </tbody>
  );
}

const Spacer = ({ height, columns }: { height: number; columns: number }) =>
  height > 0 ? (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0 }} />
    </tr>
  ) : null;

interface RowProps<T> extends Props<T> {
  row: T;
  index?: number;
  measure?: (element: Element | null) => void;
}

function Row<T>({ row, columns, rowId, onOpen, openLabel, selectedId, index, measure }: RowProps<T>) {
  return (
    // The first cell's button is the keyboard's way; this click is a convenience
    <tr
      ref={measure}
      data-index={index}
      onClick={onOpen ? (event) => opensRow(event.target) && onOpen(row) : undefined}
      className={cx(
        'border-line border-b last:border-b-0',
        onOpen && 'hover:bg-hover cursor-pointer',
        selectedId === rowId(row) && 'bg-selected',
      )}
    >
      {columns.map((column, position) => (
        <td key={column.key} className={cx('h-10 px-3 py-1.5 align-middle', column.className)}>
          {position === 0 && onOpen ? (
            <button
              type="button"
              data-row
              aria-label={openLabel?.(row)}
              onClick={(event) => {
                event.stopPropagation();
                onOpen(row);
              }}
              className="block max-w-full text-left"
            >
              {column.cell(row)}
            </button>
          ) : (
            column.cell(row)
          )}
        </td>
      ))}
    </tr>
  );
}

/** A click on a control inside the row, or one that ends a text selection, is not a click on the row. */
function opensRow(target: EventTarget): boolean {
  if (!(target instanceof Element) || target.closest('a,button,select,input,[role="menu"]')) return false;
  return window.getSelection()?.isCollapsed ?? true;
}

function Loading<T>({ columns }: { columns: readonly Column<T>[] }) {
  return (
    <tbody>
      {['w-40', 'w-28', 'w-36', 'w-24', 'w-32'].map((width) => (
        <tr key={width} className="border-line border-b last:border-b-0">
          {columns.map((column, index) => (
            <td key={column.key} className={cx('h-10 px-3', column.className)}>
              <Skeleton className={cx('max-w-full', index === 0 ? width : 'w-16')} />
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  );
}
