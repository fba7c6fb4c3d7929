import { useEffect, useState } from 'react';
import { clock, duration } from '../results/format';
import type { Workspace } from '../tabs/model';
import { Button } from '../ui/button';
import { onEscape } from '../ui/escape';
import { Icon } from '../ui/icon';
import { capital } from '../ui/prose';
import { clearHistory, type HistoryEntry, loadHistory, matching } from './history';

interface HistoryPanelProps {
  readonly historyKey: string;
  /** What runs: when it changes, something may have been added. */
  readonly running: Workspace['running'];
  readonly onOpen: (entry: HistoryEntry) => void;
  readonly onClose: () => void;
}

const DOT: Readonly<Record<HistoryEntry['outcome'], string>> = {
  done: 'bg-ok',
  refused: 'bg-warn',
  failed: 'bg-danger',
  cancelled: 'bg-line-strong',
};

function when(at: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date().toDateString();
  const day = isToday ? '' : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} `;
  return `${day}${clock(date)}`;
}

function Entry({ entry, onOpen }: { entry: HistoryEntry; onOpen: HistoryPanelProps['onOpen'] }) {
  return (
    <li className="border-line border-b">
      <button
        type="button"
        title="Open in a new tab"
        onClick={() => onOpen(entry)}
        className="-outline-offset-2 flex w-full flex-col gap-1 px-3 py-2 text-left hover:bg-hover"
      >
        <code className="line-clamp-3 w-full whitespace-pre-wrap break-words font-mono text-[12px]">
          {entry.sql.trim().slice(0, 400)}
        </code>
        <span className="flex w-full items-center gap-2 text-[11px] text-muted">
          <span className={`size-2 shrink-0 rounded-full ${DOT[entry.outcome]}`} />
          <span className="whitespace-nowrap">{when(entry.at)}</span>
          <span className="truncate">{entry.connection}</span>
          <span className="ml-auto whitespace-nowrap">{duration(entry.elapsedMs)}</span>
        </span>
        <span className={`line-clamp-2 text-[11px] ${entry.outcome === 'done' ? 'text-muted' : 'text-text'}`}>
          {entry.outcome === 'done' ? entry.summary : `${capital(entry.outcome)}: ${entry.summary}`}
        </span>
      </button>
    </li>
  );
}

/** What this browser ran, newest first; the whole trail is the organisation's audit. */
export function HistoryPanel({ historyKey, running, onOpen, onClose }: HistoryPanelProps) {
  const [entries, setEntries] = useState(() => loadHistory(historyKey));
  const [search, setSearch] = useState('');
  // biome-ignore lint/correctness/useExhaustiveDependencies: read anew when a run has ended
  useEffect(() => setEntries(loadHistory(historyKey)), [historyKey, running]);
  const found = matching(entries, search);
  const clear = () => {
    clearHistory(historyKey);
    setEntries([]);
  };
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
      <ul className="min-h-0 flex-1 overflow-auto">
        {found.map((entry) => (
          <Entry key={entry.id} entry={entry} onOpen={onOpen} />
        ))}
      </ul>
      {found.length === 0 && (
        <p className="flex-1 px-4 text-center text-muted">
          {entries.length === 0
            ? 'What you run here is listed here, in this browser only.'
            : 'Nothing found.'}
        </p>
      )}
      {entries.length > 0 && (
        <div className="flex items-center justify-between border-line border-t py-1 pr-1 pl-3 text-[11px] text-muted">
          the last {entries.length}, in this browser only
          <Button look="quiet" onClick={clear}>
            Clear
          </Button>
        </div>
      )}
    </aside>
  );
}
