'use client';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icons';
import { Menu, MenuItem, MenuLabel } from '../../ui/menu';
import { useOrg } from '../shell/org-context';
import { type AuditSearch, apiFilter } from './audit-filter';

/** Everything that the search finds, as a file; that it was taken is itself recorded. */
export function AuditExport({ search }: { search: AuditSearch }) {
  const { orgId } = useOrg();
  const download = (format: 'csv' | 'jsonl') => {
    const given = Object.entries(apiFilter(search, Date.now())).filter(([, value]) => value !== null);
    const filter = JSON.stringify(Object.fromEntries(given));
    const link = document.createElement('a');
    link.href = `/graphql/audit-export?${new URLSearchParams({ orgId, format, filter })}`;
    link.download = '';
    link.click();
  };
  return (
    <Menu
      trigger={
        <Button>
          <Icon name="download" className="size-3.5" /> Export
        </Button>
      }
    >
      <MenuLabel>All events of this search. The export is recorded.</MenuLabel>
      <MenuItem onSelect={() => download('csv')}>CSV, for spreadsheets</MenuItem>
      <MenuItem onSelect={() => download('jsonl')}>JSON Lines, complete</MenuItem>
    </Menu>
  );
}
