import type { SavedQuery } from '@postern/agent/console-kept';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConsoleFailure } from '../api/client';
import { deleteSaved, savedQuery, saveQuery } from '../api/kept';
import { queryClient } from '../api/queries';
import { Button } from '../ui/button';
import { CopyButton } from '../ui/copy';
import { onEscape } from '../ui/escape';
import { Icon } from '../ui/icon';
import { Confirm } from '../ui/modal';
import { capital } from '../ui/prose';
import { linkOf } from '../workspace/deep-link';

/** What is in the editor now, to be kept. */
export interface Current {
  readonly title: string;
  readonly sql: string;
  readonly connection: string | null;
}

interface SavedPanelProps {
  readonly current: () => Current;
  /** The text of that tab is what is kept now. */
  readonly onSaved: (sql: string) => void;
  readonly onOpen: (query: SavedQuery) => void;
  readonly onClose: () => void;
}

const reload = () => queryClient.invalidateQueries({ queryKey: ['saved'] });
const messageOf = (error: unknown) =>
  capital(error instanceof ConsoleFailure ? error.detail.message : 'something went wrong');
const FIELD = 'h-7 w-full rounded-md border border-line-strong bg-surface px-2';

function SaveForm({ current, onSaved }: Pick<SavedPanelProps, 'current' | 'onSaved'>) {
  const [name, setName] = useState('');
  const [folder, setFolder] = useState('');
  const [isShared, setShared] = useState(false);
  const [said, setSaid] = useState<{ text: string; isProblem: boolean }>();
  const save = async () => {
    const { title, sql, connection } = current();
    if (sql.trim() === '') return setSaid({ text: 'The tab in front has no text to save', isProblem: true });
    try {
      await saveQuery({ name: name.trim() || title, folder, isShared, sql, connection });
      onSaved(sql);
      setSaid({ text: 'Saved', isProblem: false });
      setName('');
      await reload();
    } catch (error) {
      setSaid({ text: messageOf(error), isProblem: true });
    }
  };
  return (
    <form
      aria-label="Save the query of this tab"
      className="flex flex-col gap-1.5 border-line border-b p-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <input
        aria-label="Name"
        placeholder="Save this tab as …"
        maxLength={100}
        value={name}
        onChange={(event) => setName(event.target.value)}
        className={FIELD}
      />
      <input
        aria-label="Folder"
        placeholder="Folder, as reports/monthly"
        maxLength={200}
        value={folder}
        onChange={(event) => setFolder(event.target.value)}
        className={FIELD}
      />
      <div className="flex items-center gap-2">
        <label className="flex items-center gap-1.5">
          <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} />
          Share with the organisation
        </label>
        <span className="ml-auto" />
        <Button type="submit" look="primary">
          Save
        </Button>
      </div>
      {said !== undefined && (
        <p
          role={said.isProblem ? 'alert' : 'status'}
          className={said.isProblem ? 'text-danger' : 'text-muted'}
        >
          {said.text}.
        </p>
      )}
    </form>
  );
}

interface EntryProps {
  readonly query: SavedQuery;
  readonly onOpen: () => void;
  readonly onDelete: () => void;
}

function Entry({ query, onOpen, onDelete }: EntryProps) {
  const { id, name, isShared, isOwn, owner, connection, sql } = query;
  return (
    <li className="flex items-center border-line border-b hover:bg-hover">
      <button
        type="button"
        title={sql.slice(0, 500)}
        onClick={onOpen}
        className="-outline-offset-2 flex min-w-0 flex-1 flex-col px-3 py-1.5 text-left"
      >
        <span className="w-full truncate font-medium">{name}</span>
        <span className="w-full truncate text-[11px] text-muted">
          {[connection, isShared ? 'shared' : 'private', isOwn ? '' : `of ${owner}`]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </button>
      <CopyButton
        label={`Copy a link to ${name}`}
        text={window.location.origin + linkOf({ type: 'saved', id })}
      />
      {isOwn && (
        <Button look="quiet" square aria-label={`Delete ${name}`} onClick={onDelete}>
          <Icon name="close" />
        </Button>
      )}
    </li>
  );
}

function byFolder(queries: readonly SavedQuery[], search: string): [string, SavedQuery[]][] {
  const folders = new Map<string, SavedQuery[]>();
  const wanted = search.toLowerCase();
  for (const query of queries) {
    if (!`${query.folder} ${query.name} ${query.sql}`.toLowerCase().includes(wanted)) continue;
    folders.set(query.folder, [...(folders.get(query.folder) ?? []), query]);
  }
  return [...folders];
}

/** Queries that the control plane keeps: one's own, and what others share. */
export function SavedPanel({ current, onSaved, onOpen, onClose }: SavedPanelProps) {
  const { data, error } = useQuery(savedQuery);
  const [search, setSearch] = useState('');
  const [doomed, setDoomed] = useState<SavedQuery>();
  const [problem, setProblem] = useState<string>();
  const folders = byFolder(data ?? [], search);
  const remove = async (id: string) => {
    try {
      await deleteSaved(id);
      await reload();
    } catch (failure) {
      setProblem(messageOf(failure));
    }
  };
  return (
    <aside
      aria-label="Saved queries"
      data-panel="saved"
      onKeyDown={onEscape(onClose)}
      className="flex w-80 shrink-0 flex-col border-line border-l bg-surface max-[900px]:absolute max-[900px]:inset-y-0 max-[900px]:right-0 max-[900px]:z-30 max-[900px]:shadow-(--shadow)"
    >
      <div className="flex items-center gap-2 border-line border-b p-2">
        <Icon name="search" className="text-faint" />
        <input
          type="search"
          aria-label="Search saved queries"
          placeholder="Search saved queries"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
        />
        <Button look="quiet" square aria-label="Close saved queries" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      <SaveForm current={current} onSaved={onSaved} />
      {(problem ?? (error === null ? undefined : messageOf(error))) !== undefined && (
        <p role="alert" className="p-3">
          {problem ?? messageOf(error)}.
        </p>
      )}
      <div className="min-h-0 flex-1 overflow-auto">
        {folders.map(([folder, queries]) => (
          <section key={folder} aria-label={folder === '' ? 'No folder' : folder}>
            {folder !== '' && (
              <h2 className="bg-sunken px-3 py-1 font-medium text-[11px] text-muted">{folder}</h2>
            )}
            <ul>
              {queries.map((query) => (
                <Entry
                  key={query.id}
                  query={query}
                  onOpen={() => onOpen(query)}
                  onDelete={() => setDoomed(query)}
                />
              ))}
            </ul>
          </section>
        ))}
        {data !== undefined && folders.length === 0 && (
          <p className="p-3 text-muted">
            {data.length === 0
              ? 'Nothing is saved yet. What you save is kept by the control plane.'
              : 'Nothing found.'}
          </p>
        )}
      </div>
      {doomed !== undefined && (
        <Confirm
          title={`Delete ${doomed.name}?`}
          text={
            doomed.isShared ? 'It goes for everybody whom you share it with.' : 'It can not be brought back.'
          }
          action="Delete"
          onConfirm={() => void remove(doomed.id)}
          onClose={() => setDoomed(undefined)}
        />
      )}
    </aside>
  );
}
