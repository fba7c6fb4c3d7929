import { useIsFetching, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo, useState } from 'react';
import { namesQuery, objectsQuery } from '../api/catalog';
import { ConsoleFailure } from '../api/client';
import { queryClient } from '../api/queries';
import type { Connection } from '../connections/connection-switcher';
import { plural } from '../results/format';
import { Button } from '../ui/button';
import { onEscape } from '../ui/escape';
import { Icon, Spinner } from '../ui/icon';
import { capital, Prose } from '../ui/prose';
import { indexTree, objectKey, treeRows, wordsOf } from './model';
import { actionsFor, type ObjectCommands } from './object-actions';
import { ObjectTree } from './object-tree';
import { useKeptSet } from './use-kept-set';

interface TreePanelProps {
  readonly connection: Connection;
  /** Where in the browser's storage this person's things are. */
  readonly storageKey: string;
  readonly commands: ObjectCommands;
  readonly onClose: () => void;
}

function Problem({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const detail = error instanceof ConsoleFailure ? error.detail : undefined;
  return (
    <div role="alert" className="flex flex-col items-start gap-2 p-3">
      <p>{capital(detail?.message ?? 'something went wrong')}.</p>
      {detail?.fix !== undefined && (
        <p className="text-muted">
          <Prose text={detail.fix} />
        </p>
      )}
      <Button onClick={onRetry}>
        <Icon name="refresh" />
        Try again
      </Button>
    </div>
  );
}

/** What the database of the tab in front has. */
export function TreePanel({ connection, storageKey, commands, onClose }: TreePanelProps) {
  const { slug } = connection;
  const objects = useQuery(objectsQuery(slug));
  const names = useQuery({ ...namesQuery(slug), enabled: objects.data !== undefined });
  const isFetching = useIsFetching({ queryKey: ['catalog', slug] }) > 0;
  const [search, setSearch] = useState('');
  const found = useDeferredValue(search);
  const [open, toggle] = useKeptSet(`${storageKey}.tree.${slug}`);
  const [favourites, toggleFavourite] = useKeptSet(`${storageKey}.favourites.${slug}`);
  const index = useMemo(
    () => (objects.data === undefined ? undefined : indexTree(objects.data, names.data)),
    [objects.data, names.data],
  );
  const rows = useMemo(
    () => (index === undefined ? [] : treeRows(index, { search: found, open, favourites })),
    [index, found, open, favourites],
  );
  const refresh = () => void queryClient.invalidateQueries({ queryKey: ['catalog', slug] });
  const hits = found.trim() === '' ? undefined : rows.filter(({ type }) => type === 'object').length;
  return (
    <aside
      aria-label="Objects"
      data-panel="objects"
      onKeyDown={onEscape(onClose)}
      className="flex w-72 shrink-0 flex-col border-line border-r bg-surface max-[900px]:absolute max-[900px]:inset-y-0 max-[900px]:left-0 max-[900px]:z-30 max-[900px]:shadow-(--shadow)"
    >
      <div className="flex items-center gap-1 border-line border-b p-1.5 pl-2.5">
        <Icon name="search" className="text-faint" />
        <input
          type="search"
          aria-label="Search objects"
          placeholder="Search objects"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowDown') return;
            event.preventDefault();
            document.querySelector<HTMLElement>('[role="tree"]')?.focus();
          }}
          className="min-w-0 flex-1 bg-transparent outline-none placeholder:text-faint"
        />
        <Button
          look="quiet"
          square
          aria-label="Refresh objects"
          title="Refresh"
          disabled={isFetching}
          onClick={refresh}
        >
          {isFetching ? <Spinner /> : <Icon name="refresh" />}
        </Button>
        <Button look="quiet" square aria-label="Close objects" onClick={onClose}>
          <Icon name="close" />
        </Button>
      </div>
      {index === undefined && objects.error === null && (
        <p role="status" className="flex items-center gap-2 p-3 text-muted">
          <Spinner /> Reading the catalog
        </p>
      )}
      {objects.error !== null && index === undefined && <Problem error={objects.error} onRetry={refresh} />}
      {index !== undefined && rows.length > 0 && (
        <ObjectTree
          label={`Objects of ${connection.name}`}
          rows={rows}
          words={wordsOf(found)}
          onToggle={toggle}
          onOpen={commands.openObject}
          actionsOf={(object) => [
            ...actionsFor(object, connection, commands),
            {
              name: favourites.has(objectKey(object)) ? 'Remove from favourites' : 'Add to favourites',
              run: () => toggleFavourite(objectKey(object)),
            },
          ]}
        />
      )}
      {index !== undefined && rows.length === 0 && (
        <p className="p-3 text-muted">
          {found.trim() === '' ? 'There is nothing in this database yet.' : 'No object has that name.'}
        </p>
      )}
      <p
        role="status"
        data-found={found}
        className="shrink-0 truncate border-line border-t px-2.5 py-1 text-[11px] text-muted"
      >
        {hits === undefined ? plural(index?.all.length ?? 0, 'object') : `${plural(hits, 'object')} found`}
      </p>
    </aside>
  );
}
