import { useState } from 'react';
import { clock, duration } from '../results/format';
import type { Workspace } from '../tabs/model';
import { Button } from '../ui/button';
import { onEscape } from '../ui/escape';
import { Icon } from '../ui/icon';
import { capital, Prose } from '../ui/prose';
import type { PastRun } from './past';
import { useHistory } from './use-history';

interface HistoryPanelProps {
  readonly historyKey: string;
  /** What runs: when it changes, something may have been added. */
  readonly running: Workspace['running'];
  readonly onOpen: (run: PastRun) => void;
  readonly onClose: () => void;
}

const DOT: Readonly<Record<PastRun['outcome'], string>> = {
  done: 'bg-ok',
  refused: 'bg-warn',
  failed: 'bg-danger',
  cancelled: 'bg-line-strong',
  unknown: 'bg-line-strong',
};

const LACKS: Readonly<Record<NonNullable<PastRun['lacks']>, string>> = {
  values: 'Without the values that the audit trail does not keep',
  middle: 'Shortened: the audit trail keeps the beginning and the end',
  text: 'The audit trail keeps no text of this connection’s statements',
};

function when(at: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? '' : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} `;
  return `${day}${clock(date)}`;
}

const wordsFor = ({ outcome, summary }: PastRun): string =>
  outcome === 'done' || outcome === 'unknown' ? capital(summary) : `${capital(outcome)}: ${summary}`;

function Entry({ run, onOpen }: { run: PastRun; onOpen: HistoryPanelProps['onOpen'] }) {
  const { lacks } = run;
  return (
    <li className="border-line border-b">
      <button
        type="button"
        title={lacks === 'text' ? LACKS.text : 'Open in a new tab'}
        disabled={lacks === 'text'}
        onClick={() => onOpen(run)}
        className="-outline-offset-2 flex w-full flex-col gap-1 px-3 py-2 text-left enabled:hover:bg-hover"
      >
        <code className="line-clamp-3 w-full whitespace-pre-wrap break-words font-mono text-[12px]">
          {run.sql.trim().slice(0, 400)}
        </code>
        <span className="flex w-full items-center gap-2 text-[11px] text-muted">
          <span className={`size-2 shrink-0 rounded-full ${DOT[run.outcome]}`} />
          <span className="whitespace-nowrap">{when(run.at)}</span>
          <span className="truncate">{run.connection}</span>
          {run.elapsedMs !== null && (
            <span className="ml-auto whitespace-nowrap">{duration(run.elapsedMs)}</span>
          )}
        </span>
        <span className={`line-clamp-2 text-[11px] ${run.outcome === 'done' ? 'text-muted' : 'text-text'}`}>
          {wordsFor(run)}
        </span>
        {lacks !== null && <span className="text-[11px] text-muted">{LACKS[lacks]}</span>}
      </button>
    </li>
  );
}

type History = ReturnType<typeof useHistory>;

/** What is not in the list, and why. */
function Rest({ history, isSearch }: { history: History; isSearch: boolean }) {
  const { runs, isLooking, problem, again, older } = history;
  const isEmpty = runs.length === 0;
  return (
    <div role="status" className="flex flex-col items-start gap-2 px-3 py-2 text-[12px] text-muted">
      {problem !== null && (
        <>
          <span>
            Only what this browser ran. <Prose text={problem.message} />
          </span>
          <Button look="quiet" onClick={again}>
            Try again
          </Button>
        </>
      )}
      {isLooking && <span>Looking…</span>}
      {!isLooking && isEmpty && problem === null && (
        <span>
          {isSearch ? 'Nothing found.' : 'What you run is listed here, whichever browser you sign in from.'}
        </span>
      )}
      {older !== undefined && !isLooking && (
        <Button look="quiet" onClick={older}>
          Show older
        </Button>
      )}
    </div>
  );
}

/** What the person ran, newest first: their own part of the audit trail, with what only this browser remembers. */
export function HistoryPanel({ historyKey, running, onOpen, onClose }: HistoryPanelProps) {
  const [search, setSearch] = useState('');
  const history = useHistory(historyKey, running, search);
  return (
    <aside
      aria-label="History"
      data-panel="history"
      onKeyDown={onEscape(onClose)}
      className="flex w-80 shrink-0 flex-col border-line border-l bg-surface max-[800px]:absolute max-[800px]:inset-y-0 max-[800px]:right-0 max-[800px]:z-30 max-[800px]:shadow-(--shadow)"
    >
      <div className="flex items-center gap-2 border-line border-b p-2">
        <Icon name="search" className="text-faint" />
        <input
          type="search"
          aria-label="Search history"
          placeholder="Search history"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
        />
        <Button look="quiet" square aria-label="Close history" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        <ul>
          {history.runs.map((run) => (
            <Entry key={run.id} run={run} onOpen={onOpen} />
          ))}
        </ul>
        <Rest history={history} isSearch={search.trim() !== ''} />
      </div>
      {history.kept > 0 && (
        <div className="flex items-center justify-between border-line border-t py-1 pr-1 pl-3 text-[11px] text-muted">
          {history.kept} remembered by this browser
          <Button look="quiet" title="The audit trail keeps what ran" onClick={history.clear}>
            Forget
          </Button>
        </div>
      )}
    </aside>
  );
}
