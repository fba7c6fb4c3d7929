import { lazy, Suspense } from 'react';
import type { EditorProps } from '../editor/handle';
import { StatusLine } from '../editor/status-line';
import { Results, type ResultsProps } from '../results/results';
import { Spinner } from '../ui/icon';
import { SplitPane } from '../ui/split-pane';

/** CodeMirror is more than all the rest: the page shows before it is there. */
const SqlEditor = lazy(() => import('../editor/sql-editor'));

interface QueryPaneProps {
  readonly editor: EditorProps;
  readonly status: Parameters<typeof StatusLine>[0];
  readonly results: ResultsProps;
  readonly isRunning: boolean;
}

export function QueryPane({ editor, status, results, isRunning }: QueryPaneProps) {
  // What already comes is shown as it is; what an earlier run left stands back.
  const isComing = results.outcome?.results.some(({ isOver }) => !isOver) ?? false;
  const loading = (
    <p role="status" className="flex h-full items-center justify-center gap-2 bg-surface text-muted">
      <Spinner /> Loading the editor
    </p>
  );
  return (
    <SplitPane
      top={
        <>
          <div className="min-h-0 flex-1">
            <Suspense fallback={loading}>
              <SqlEditor {...editor} />
            </Suspense>
          </div>
          <StatusLine {...status} />
        </>
      }
      bottom={
        <div aria-busy={isRunning} className="relative flex min-h-0 flex-1 flex-col">
          {isRunning && <div className="progress absolute inset-x-0 top-0 z-20 h-0.5 overflow-hidden" />}
          <div
            className={`min-h-0 flex-1 transition-opacity delay-150 ${isRunning && !isComing ? 'opacity-50' : ''}`}
          >
            {isRunning && results.outcome === undefined ? (
              <p className="grid h-full place-items-center text-muted">Running…</p>
            ) : (
              <Results {...results} />
            )}
          </div>
        </div>
      }
    />
  );
}
