import { DropdownMenu } from 'radix-ui';
import { lazy, Suspense, useState } from 'react';
import type { Edit } from '../edit/use-edit';
import { ExportMenu } from '../export/export-menu';
import type { Outcome, Pin } from '../tabs/model';
import { Button } from '../ui/button';
import { copyText } from '../ui/copy';
import { Icon } from '../ui/icon';
import { Menu, MenuContent, MenuItem } from '../ui/menu';
import type { ResultActions } from './actions';
import { COPY_FORMATS, type CopyFormat, copyAs } from './copy-as';
import { plural } from './format';
import type { ResultSet } from './result-set';
import type { Rectangle } from './selection';
import type { Cells } from './use-cells';
import type { View } from './use-view';

/** Loaded when somebody asks for a picture. */
const Chart = lazy(() => import('./chart'));
const Compare = lazy(() => import('./compare-dialog'));

interface ToolsProps {
  readonly result: ResultSet;
  readonly view: View;
  readonly edit: Edit;
  readonly cells: Cells;
  readonly area: Rectangle | null;
  readonly actions: ResultActions;
  readonly sql: string;
  readonly outcome: Outcome;
  readonly pinned: readonly Pin[];
  readonly mayEdit: boolean;
  readonly mayExport: boolean;
  readonly isRunning: boolean;
  /** Absent: it is no SELECT. */
  readonly onFilter: ((column: null) => void) | undefined;
  readonly onUnfilter: () => void;
}

function CopyMenu({ result, view, cells, area }: Pick<ToolsProps, 'result' | 'view' | 'cells' | 'area'>) {
  const [said, setSaid] = useState('');
  const isOne = area !== null && area.top === area.bottom && area.left === area.right;
  const all = { top: 0, bottom: cells.rowCount - 1, left: 0, right: view.shown.length - 1 };
  const chosen = area === null || isOne ? all : area;
  const copy = async (format: CopyFormat) => {
    const columns = view.shown
      .slice(chosen.left, chosen.right + 1)
      .flatMap((index) => result.columns[index] ?? []);
    const isCopied = await copyText(copyAs(format, columns, cells.values(chosen)));
    setSaid(
      isCopied ? `copied ${plural(chosen.bottom - chosen.top + 1, 'row')}` : 'the browser did not copy',
    );
  };
  return (
    <>
      <span role="status" className="text-muted">
        {said}
      </span>
      <Menu>
        <DropdownMenu.Trigger asChild>
          <Button look="quiet" disabled={cells.rowCount === 0}>
            {chosen === all ? 'Copy all as' : 'Copy selection as'}
            <Icon name="chevron" className="!size-3" />
          </Button>
        </DropdownMenu.Trigger>
        <MenuContent align="end">
          {(Object.keys(COPY_FORMATS) as CopyFormat[]).map((format) => (
            <MenuItem key={format} onSelect={() => void copy(format)}>
              {COPY_FORMATS[format]}
            </MenuItem>
          ))}
        </MenuContent>
      </Menu>
    </>
  );
}

function DatabaseFilter({ outcome, isRunning, onFilter, onUnfilter }: ToolsProps) {
  const { length: count } = outcome.shape?.conditions ?? [];
  if (onFilter === undefined) return null;
  return (
    <>
      <Button
        look="quiet"
        disabled={isRunning}
        title="Over all rows of the statement, not only those that are here"
        onClick={() => onFilter(null)}
      >
        {count === 0 ? 'Filter in the database…' : `Filtered in the database (${count})…`}
      </Button>
      {count > 0 && (
        <Button look="quiet" disabled={isRunning} onClick={onUnfilter}>
          Show all
        </Button>
      )}
    </>
  );
}

/** Above the grid: filter, edit, chart, copy, export. */
export function ResultTools(props: ToolsProps) {
  const { result, view, edit, actions, sql, outcome, pinned, mayEdit, mayExport, isRunning } = props;
  const isPinned = pinned.some((pin) => pin.result === result);
  const others = pinned.filter((pin) => pin.result !== result);
  const [isComparing, setComparing] = useState(false);
  const [isChart, setChart] = useState(false);
  return (
    <div
      role="toolbar"
      aria-label="Result"
      className="flex min-h-8 shrink-0 flex-wrap items-center gap-1.5 border-line border-b bg-bg px-2 py-0.5"
    >
      <label className="inline-flex items-center gap-1.5 text-muted">
        <Icon name="search" />
        <span className="sr-only">Filter rows</span>
        <input
          type="search"
          value={view.filter}
          placeholder="Filter rows"
          onChange={(event) => view.setFilter(event.target.value)}
          className="h-6 w-44 rounded border border-line bg-surface px-1.5 text-text"
        />
      </label>
      {view.isFiltered && <span className="text-muted">{plural(view.rowCount, 'row')} match</span>}
      <DatabaseFilter {...props} />
      {edit.why !== null && <span className="text-muted">read-only: {edit.why}</span>}
      <span className="ml-auto" />
      {mayEdit && !edit.isOn && edit.why === null && (
        <Button look="quiet" disabled={isRunning} onClick={edit.start}>
          Edit rows
        </Button>
      )}
      <Button
        look="quiet"
        aria-pressed={isPinned}
        title="Keeps this result in sight while others come; it is gone with the tab or a reload"
        onClick={() => (isPinned ? actions.unpin(result) : actions.pin({ outcome, result }))}
      >
        {isPinned ? 'Unpin' : 'Pin'}
      </Button>
      {others.length > 0 && (
        <Button look="quiet" disabled={!result.isOver} onClick={() => setComparing(true)}>
          Compare…
        </Button>
      )}
      <Button look="quiet" disabled={result.rows.count === 0} onClick={() => setChart(true)}>
        Chart
      </Button>
      <CopyMenu {...props} />
      {mayExport && (
        <ExportMenu
          onExport={actions.exportFile(sql, outcome.parameters)}
          onCancel={actions.cancel}
          isDisabled={isRunning}
        />
      )}
      {isComparing && (
        <Suspense fallback={null}>
          <Compare result={result} pins={others} onClose={() => setComparing(false)} />
        </Suspense>
      )}
      {isChart && (
        <Suspense fallback={null}>
          <Chart result={result} view={view} onClose={() => setChart(false)} />
        </Suspense>
      )}
    </div>
  );
}
