import type { ReactNode } from 'react';
import { Scroll } from '../ui/scroll';

interface FactTableProps<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly columns: readonly {
    readonly name: string;
    readonly cell: (row: Row) => ReactNode;
    readonly isNumber?: boolean;
  }[];
  /** What to say when there is none. */
  readonly none: string;
}

/** Facts as rows, dense and plain. */
export function FactTable<Row>({ label, rows, keyOf, columns, none }: FactTableProps<Row>) {
  if (rows.length === 0) return <p className="text-muted">{none}</p>;
  return (
    <Scroll label={label} className="rounded-md border border-line">
      <table className="w-full border-collapse text-left">
        <thead className="bg-sunken text-[11px] text-muted">
          <tr>
            {columns.map(({ name, isNumber }) => (
              <th
                key={name}
                scope="col"
                className={`whitespace-nowrap px-2.5 py-1.5 font-medium ${isNumber === true ? 'text-right' : ''}`}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} className="border-line border-t align-top hover:bg-hover">
              {columns.map(({ name, cell, isNumber }) => (
                <td
                  key={name}
                  className={`px-2.5 py-1.5 ${isNumber === true ? 'text-right tabular-nums' : ''}`}
                >
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}

export function Code({ children }: { children: string }) {
  return <code className="whitespace-pre-wrap break-words font-mono text-[12px]">{children}</code>;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1.4 MB`: powers of 1,024, as pg_size_pretty has them. */
export function bytes(size: number | null): string {
  if (size === null) return '–';
  let value = size;
  let unit = 0;
  while (value >= 1_024 && unit < UNITS.length - 1) {
    value /= 1_024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
