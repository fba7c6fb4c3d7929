import { lazy, Suspense, useMemo, useState } from 'react';
import type { Connection } from '../connections/connection-switcher';
import { EditBar } from '../edit/edit-bar';
import { useEdit } from '../edit/use-edit';
import type { Outcome, Pin } from '../tabs/model';
import type { ResultActions } from './actions';
import { shapedSql } from './database-filter';
import { ResultGrid } from './grid';
import { Notices } from './notices';
import { ResultFooter } from './result-footer';
import type { ResultSet } from './result-set';
import { ResultTools } from './result-tools';
import { rectangleOf } from './selection';
import type { Shape } from './shape';
import { cellsOf } from './use-cells';
import { useGrid } from './use-grid';
import { useView } from './use-view';

/** Loaded when somebody asks for it. */
const FilterDialog = lazy(() => import('./filter-dialog'));

interface ResultPaneProps {
  readonly result: ResultSet;
  readonly outcome: Outcome;
  readonly tab: string;
  readonly connection: Connection | undefined;
  readonly isRunning: boolean;
  readonly actions: ResultActions;
  readonly pinned: readonly Pin[];
}

/** One result with everything that can be done with it. */
export function ResultPane(props: ResultPaneProps) {
  const { result, outcome, connection, actions, isRunning } = props;
  const view = useView(result);
  const edit = useEdit(result, { connection: outcome.connection, tab: props.tab });
  const cells = cellsOf(result, view, edit);
  const grid = useGrid(result, view, cells.rowCount);
  const sql = useMemo(() => result.textIn(outcome.sql), [result, outcome.sql]);
  const apply = async (statements: readonly string[]) => {
    const problem = await actions.apply(statements);
    if (problem === undefined) {
      edit.stop();
      actions.run(outcome.sql, outcome.parameters, { shape: outcome.shape });
    } else edit.setProblem(problem);
  };
  /** Another run takes this result's place, and what is staged with it. */
  const rerun: ResultActions['run'] = (...run) => {
    if (edit.count > 0) edit.setProblem('apply or discard what is staged first');
    else actions.run(...run);
  };
  // Where the console wrote the statement, it begins anew from what it was written from.
  const shape = outcome.shape ?? { base: sql, parameters: outcome.parameters, conditions: [], sort: null };
  const ask = (wanted: Shape) => {
    const made = shapedSql(wanted, result.columns);
    rerun(made.sql, made.parameters, { shape: wanted });
  };
  const [filtering, setFiltering] = useState<{ column: number | null } | null>(null);
  const onFilter = result.kind === 'SELECT' ? (column: number | null) => setFiltering({ column }) : undefined;
  const may = (permission: 'write' | 'export') => connection?.permissions.includes(permission) ?? false;
  return (
    <>
      <ResultTools
        {...{ result, view, edit, cells, actions, sql, outcome, pinned: props.pinned }}
        area={grid.selection === null ? null : rectangleOf(grid.selection)}
        mayEdit={may('write') && result.kind === 'SELECT' && result.complete !== undefined}
        mayExport={may('export') && !result.isPartial}
        isRunning={isRunning}
        onFilter={onFilter}
        onUnfilter={() => ask({ ...shape, conditions: [] })}
      />
      <ResultGrid
        {...{ result, view, grid, edit, cells }}
        connection={outcome.connection}
        onFollow={(link, label) => actions.follow(link, { label, outcome }, !edit.isOn)}
        label={`Result of statement ${result.statement}`}
        onSortInDatabase={(sort) => ask({ ...shape, sort })}
        databaseSort={shape.sort}
        onFilter={onFilter}
      />
      {edit.isOn && connection !== undefined && (
        <EditBar {...{ edit, grid, view, cells, connection }} onApply={apply} />
      )}
      <Notices notices={result.notices} />
      <ResultFooter
        {...{ result, view, cells }}
        area={grid.selection === null ? null : rectangleOf(grid.selection)}
        elapsedMs={outcome.elapsedMs}
        isAlone={outcome.results.length === 1}
        auditId={outcome.auditId}
        place={outcome.place}
        mayExport={may('export')}
        onMore={(maxRows) => rerun(outcome.sql, outcome.parameters, { maxRows, shape: outcome.shape })}
      />
      {filtering !== null && (
        <Suspense fallback={null}>
          <FilterDialog
            columns={result.columns}
            {...{ shape, ...filtering }}
            onRun={ask}
            onClose={() => setFiltering(null)}
          />
        </Suspense>
      )}
    </>
  );
}
