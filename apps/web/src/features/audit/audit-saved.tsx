'use client';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { Menu, MenuItem, MenuLabel, MenuSeparator } from '../../ui/menu';
import { FormError } from '../../ui/states';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { type AuditSearch, queryOf } from './audit-filter';
import { ManageSearches } from './manage-searches';
import { useSavedSearches, useSaveSearch } from './use-audit';

/** Searches under a name: one's own, and what others share. */
export function SavedSearches({ search, onOpen }: { search: AuditSearch; onOpen: (query: string) => void }) {
  const { orgId, viewer } = useOrg();
  const saved = useSavedSearches(orgId);
  const [dialog, setDialog] = useState<'save' | 'manage' | null>(null);
  const list = saved.data ?? [];
  const close = () => setDialog(null);
  return (
    <>
      <Menu
        align="start"
        trigger={
          <Button>
            <Icon name="star" className="size-3.5" /> Saved
          </Button>
        }
      >
        {list.length > 0 ? <MenuLabel>Saved searches</MenuLabel> : null}
        {list.map((each) => (
          <MenuItem key={each.id} onSelect={() => onOpen(each.query)}>
            <span className="min-w-0 flex-1 truncate">{each.name}</span>
            {each.isShared ? <span className="text-ink-3 text-xs">shared by {each.owner.name}</span> : null}
          </MenuItem>
        ))}
        {saved.error ? <MenuLabel>They could not be loaded</MenuLabel> : null}
        {saved.data?.length === 0 ? <MenuLabel>Nothing saved yet</MenuLabel> : null}
        <MenuSeparator />
        <MenuItem onSelect={() => setDialog('save')}>Save this search…</MenuItem>
        {list.length > 0 ? (
          <MenuItem onSelect={() => setDialog('manage')}>Manage saved searches…</MenuItem>
        ) : null}
      </Menu>
      {dialog === 'save' ? <SaveDialog search={search} onClose={close} /> : null}
      {dialog === 'manage' ? <ManageSearches list={list} userId={viewer.user.id} onClose={close} /> : null}
    </>
  );
}

function SaveDialog({ search, onClose }: { search: AuditSearch; onClose: () => void }) {
  const { orgId } = useOrg();
  const save = useSaveSearch(orgId);
  const [name, setName] = useState('');
  const [isShared, setShared] = useState(false);
  const submit = () =>
    save.mutate(
      { name, query: queryOf(search), isShared },
      {
        onSuccess: () => {
          notify(`Saved “${name.trim()}”`);
          onClose();
        },
      },
    );
  return (
    <Dialog
      open
      onClose={onClose}
      title="Save this search"
      description="The filters and the time as they are now. “Last 24 hours” stays relative."
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" busy={save.isPending} disabled={name.trim() === ''} onClick={submit}>
            Save
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <TextField
          label="Name"
          value={name}
          maxLength={100}
          placeholder="Refusals of the last week"
          onChange={(event) => setName(event.target.value)}
        />
        <label className="flex items-center gap-2 text-sm">
          <input type="checkbox" checked={isShared} onChange={(event) => setShared(event.target.checked)} />
          Show it to everybody who may search the trail
        </label>
        {save.error ? <FormError error={save.error} /> : null}
      </form>
    </Dialog>
  );
}
