import { CopyButton } from '../ui/copy';
import { Modal } from '../ui/modal';
import { CellValue } from './cell';
import { plural } from './format';
import type { ResultSet } from './result-set';
import type { Cell } from './selection';

interface ValueDialogProps {
  readonly result: ResultSet;
  readonly cell: Cell;
  readonly onClose: () => void;
}

/** One value, whole and exactly as PostgreSQL prints it. */
export function ValueDialog({ result, cell, onClose }: ValueDialogProps) {
  const column = result.columns[cell.column];
  const value = result.rows.value(cell.row, cell.column) ?? null;
  const size = value === null ? 'no value' : plural(value.length, 'character');
  const facts = `${column?.type ?? ''} · row ${cell.row + 1} · ${size}`;
  return (
    <Modal wide title={column?.name ?? 'Value'} description={facts} onClose={onClose}>
      <pre className="max-h-[48vh] overflow-auto whitespace-pre-wrap break-words rounded-md border border-line bg-sunken p-3 font-mono text-[12px]">
        {value === null ? <CellValue value={null} /> : value}
      </pre>
      {value !== null && (
        <div className="mt-3 flex justify-end">
          <CopyButton text={value} label="Copy value" caption="Copy" look="plain" />
        </div>
      )}
    </Modal>
  );
}
