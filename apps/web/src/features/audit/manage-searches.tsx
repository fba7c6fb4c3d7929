'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { inputClass } from '../../ui/field';
import { FormError } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { type SavedSearch, useChangeSavedSearch, useDeleteSavedSearch, useSaveSearch } from './use-audit';

interface Props {
  list: readonly SavedSearch[];
  userId: string;
  onClose: () => void;
}

/** Renames, shares and deletes saved searches. One's own can be had back after deleting it. */
export function ManageSearches({ list, userId, onClose }: Props) {
  const { orgId, canManage } = useOrg();
  const remove = useDeleteSavedSearch(orgId);
  const restore = useSaveSearch(orgId);
  const change = useChangeSavedSearch(orgId);
  const [deleted, setDeleted] = useState<SavedSearch | null>(null);
  const error = remove.error ?? restore.error ?? change.error;
  const onDelete = (search: SavedSearch) => remove.mutate(search.id, { onSuccess: () => setDeleted(search) });
  const onUndo = ({ name, query, isShared }: SavedSearch) =>
    restore.mutate({ name, query, isShared }, { onSuccess: () => setDeleted(null) });
  return (
    <Dialog open onClose={onClose} title="Saved searches" footer={<Button onClick={onClose}>Done</Button>}>
      <ul className="divide-line divide-y">
        {list.map((search) => (
          <SearchRow
            key={search.id}
            search={search}
            isOwn={search.owner.id === userId}
            mayDelete={search.owner.id === userId || canManage}
            busy={remove.isPending || change.isPending}
            onChange={(part) => {
              const { id, name, query, isShared } = search;
              change.mutate({ id, name, query, isShared, ...part });
            }}
            onDelete={() => onDelete(search)}
          />
        ))}
      </ul>
      {list.length === 0 ? <p className="text-ink-3 text-sm">Nothing saved.</p> : null}
      {deleted ? (
        <div role="status" className="bg-sunken mt-3 flex items-center gap-3 rounded-lg px-3 py-1.5 text-sm">
          <span className="min-w-0 flex-1 truncate">Deleted “{deleted.name}”</span>
          {deleted.owner.id === userId ? (
            <Button look="ghost" busy={restore.isPending} onClick={() => onUndo(deleted)}>
              Undo
            </Button>
          ) : null}
        </div>
      ) : null}
      {error ? <FormError error={error} /> : null}
    </Dialog>
  );
}

interface RowProps {
  search: SavedSearch;
  isOwn: boolean;
  mayDelete: boolean;
  busy: boolean;
  onChange: (part: { name?: string; isShared?: boolean }) => void;
  onDelete: () => void;
}

function SearchRow({ search, isOwn, mayDelete, busy, onChange, onDelete }: RowProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const rename = () => {
    const name = typed?.trim() ?? '';
    setTyped(null);
    if (name !== '' && name !== search.name) onChange({ name });
  };
  if (typed !== null)
    return (
      <li className="py-1.5">
        <form
          className="flex items-center gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            rename();
          }}
        >
          <input
            // biome-ignore lint/a11y/noAutofocus: it takes the place of the button that was pressed
            autoFocus
            aria-label={`New name of ${search.name}`}
            maxLength={100}
            className={`${inputClass} flex-1`}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button type="submit" look="primary" disabled={typed.trim() === ''}>
            Rename
          </Button>
          <Button look="ghost" onClick={() => setTyped(null)}>
            Cancel
          </Button>
        </form>
      </li>
    );
  return (
    <li className="flex items-center gap-1 py-1.5 text-sm">
      <span className="mr-2 min-w-0 flex-1 truncate">
        {search.name}
        {search.isShared ? (
          <span className="text-ink-3"> · shared{isOwn ? '' : ` by ${search.owner.name}`}</span>
        ) : null}
      </span>
      {isOwn ? (
        <>
          <Button
            look="ghost"
            disabled={busy}
            aria-label={`Rename ${search.name}`}
            onClick={() => setTyped(search.name)}
          >
            Rename
          </Button>
          <Button
            look="ghost"
            disabled={busy}
            aria-label={`${search.isShared ? 'Stop sharing' : 'Share'} ${search.name}`}
            onClick={() => onChange({ isShared: !search.isShared })}
          >
            {search.isShared ? 'Unshare' : 'Share'}
          </Button>
        </>
      ) : null}
      {mayDelete ? (
        <Button look="quiet-danger" disabled={busy} aria-label={`Delete ${search.name}`} onClick={onDelete}>
          Delete
        </Button>
      ) : null}
    </li>
  );
}
