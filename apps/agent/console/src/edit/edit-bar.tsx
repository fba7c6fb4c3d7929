import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import type { Connection } from '../connections/connection-switcher';
import { plural } from '../results/format';
import { type Rectangle, rectangleOf } from '../results/selection';
import type { Cells } from '../results/use-cells';
import type { Grid } from '../results/use-grid';
import type { View } from '../results/use-view';
import { Button } from '../ui/button';
import { Prose } from '../ui/prose';
import { ImportDialog } from './import-dialog';
import { ReviewDialog } from './review-dialog';
import type { Change } from './staged';
import type { Edit, RowId } from './use-edit';

interface EditBarProps {
  readonly edit: Edit;
  readonly grid: Grid;
  readonly view: View;
  readonly cells: Cells;
  readonly connection: Connection;
  readonly onApply: (statements: readonly string[]) => Promise<void>;
}

const rowsOf = ({ top, bottom }: Rectangle, { idAt }: Cells): RowId[] =>
  Array.from({ length: bottom - top + 1 }, (_, at) => idAt(top + at));

/** What can be done with the selected rows and cells, and with all that is staged. */
export function EditBar({ edit, grid, view, cells, connection, onApply }: EditBarProps) {
  const [isReviewing, setReviewing] = useState(false);
  const [isImporting, setImporting] = useState(false);
  const area = grid.selection === null ? null : rectangleOf(grid.selection);
  const selected = area === null ? [] : rowsOf(area, cells);
  const put = (change: Change | undefined) => {
    if (area === null) return;
    const columns = view.shown.slice(area.left, area.right + 1);
    edit.put(selected.flatMap((row) => columns.map((column) => ({ row, column, change }))));
  };
  const [first] = selected;
  // The button that began it is gone: who came by keyboard goes on in the rows.
  useEffect(() => {
    if (document.activeElement === document.body) grid.scroller.current?.focus();
  }, [grid.scroller]);
  const stop = () => {
    edit.stop();
    grid.scroller.current?.focus();
  };
  /** What is added stands behind the rest: there the typing goes on. */
  const adding = (add: () => void) => {
    flushSync(add);
    const focus = { row: cells.rowCount, column: 0 };
    grid.select({ anchor: focus, focus }, false);
    grid.scroller.current?.focus();
  };
  return (
    <div
      role="toolbar"
      aria-label="Edit rows"
      className="flex shrink-0 flex-wrap items-center gap-1.5 border-line border-t bg-warn-soft px-2 py-1"
    >
      <span className="px-1">
        Editing <code className="font-mono text-[12px]">{edit.target?.table.name}</code>
      </span>
      <Button onClick={() => adding(edit.add)}>Add row</Button>
      <Button onClick={() => setImporting(true)}>Import CSV</Button>
      <Button
        disabled={first === undefined}
        onClick={() => first !== undefined && adding(() => edit.duplicate(first))}
      >
        Duplicate
      </Button>
      <Button disabled={area === null} onClick={() => edit.toggleDeleted(selected)}>
        Delete
      </Button>
      <Button disabled={area === null} onClick={() => put({ value: null })}>
        Set NULL
      </Button>
      <Button disabled={area === null} onClick={() => put('default')}>
        Set default
      </Button>
      <Button disabled={area === null} onClick={() => put(undefined)}>
        Undo cells
      </Button>
      <span role="alert" className="text-danger">
        {edit.problem !== null && <Prose text={edit.problem} />}
      </span>
      <span className="ml-auto flex items-center gap-1.5">
        <span role="status">
          {edit.count === 0 ? 'nothing staged' : `${plural(edit.count, 'row')} staged`}
        </span>
        <Button onClick={edit.count === 0 ? stop : edit.discard}>
          {edit.count === 0 ? 'Stop editing' : 'Discard'}
        </Button>
        <Button look="primary" disabled={edit.count === 0} onClick={() => setReviewing(true)}>
          Review
        </Button>
      </span>
      {isImporting && edit.target !== null && (
        <ImportDialog
          target={edit.target}
          onStage={(rows) => {
            setImporting(false);
            adding(() => edit.addAll(rows));
          }}
          onClose={() => setImporting(false)}
        />
      )}
      {isReviewing && (
        <ReviewDialog
          statements={edit.statements()}
          connection={connection}
          onApply={(statements) => {
            setReviewing(false);
            void onApply(statements);
          }}
          onClose={() => setReviewing(false)}
        />
      )}
    </div>
  );
}
