import { useQuery } from '@tanstack/react-query';
import { namesQuery } from '../api/catalog';
import { Button } from '../ui/button';
import { Modal } from '../ui/modal';
import { CellValue } from './cell';
import { count } from './format';
import type { ResultSet } from './result-set';
import { type RowLink, rowLinks, sourceName } from './row-links';
import type { Cells } from './use-cells';
import type { View } from './use-view';

interface RowDialogProps {
  readonly result: ResultSet;
  readonly view: View;
  readonly cells: Cells;
  readonly row: number;
  readonly connection: string;
  /** `from`: what the rows are called from which it leads. */
  readonly onFollow: (link: RowLink, from: string) => void;
  readonly onRow: (row: number) => void;
  readonly onClose: () => void;
}

/** Longer values are cut here; Enter on the cell shows one whole. */
const SHOWN_CHARS = 2_000;

/** What hangs together with the row by foreign keys. */
function Related({
  result,
  cells,
  row,
  connection,
  onFollow,
  onClose,
}: Omit<RowDialogProps, 'view' | 'onRow'>) {
  const names = useQuery(namesQuery(connection));
  const id = cells.idAt(row);
  if (names.data === undefined || id < 0) return null;
  const links = rowLinks(result.columns, result.rows.row(id), names.data);
  if (links.length === 0) return null;
  const follow = (link: RowLink) => {
    onClose();
    onFollow(link, sourceName(result.columns, names.data));
  };
  return (
    <section className="mt-4">
      <h3 className="mb-1.5 font-semibold">Related rows</h3>
      <ul className="flex flex-wrap gap-2">
        {links.map((link) => (
          <li key={`${link.direction} ${link.sql}`}>
            <Button onClick={() => follow(link)} title={link.sql}>
              <span aria-hidden="true">{link.direction === 'to' ? '→' : '←'}</span>
              {link.table}
              <span className="max-w-48 truncate text-muted">{link.condition}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** One row, a column a line, with the way to the rows around it. */
export function RowDialog(props: RowDialogProps) {
  const { result, view, cells, row, onRow, onClose } = props;
  const title = `Row ${count(row + 1)} of ${count(cells.rowCount)}`;
  return (
    <Modal wide title={title} onClose={onClose}>
      <div className="mb-3 flex gap-2">
        <Button disabled={row === 0} onClick={() => onRow(row - 1)}>
          Previous
        </Button>
        <Button disabled={row >= cells.rowCount - 1} onClick={() => onRow(row + 1)}>
          Next
        </Button>
      </div>
      <dl className="grid grid-cols-[minmax(8rem,auto)_1fr] gap-x-4 gap-y-1.5">
        {view.shown.map((column, place) => {
          const { value } = cells.cell(row, place);
          return (
            <div key={column} className="contents">
              <dt className="text-muted">
                {result.columns[column]?.name}
                <span className="ml-1.5 text-[11px] text-muted">{result.columns[column]?.type}</span>
              </dt>
              <dd className="whitespace-pre-wrap break-words font-mono text-[12px]">
                {value === null ? <CellValue value={null} /> : value.slice(0, SHOWN_CHARS)}
                {(value?.length ?? 0) > SHOWN_CHARS && '…'}
              </dd>
            </div>
          );
        })}
      </dl>
      <Related {...props} />
    </Modal>
  );
}
