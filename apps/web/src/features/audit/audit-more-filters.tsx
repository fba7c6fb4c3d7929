'use client';
import { Popover } from 'radix-ui';
import { type FormEvent, useState } from 'react';
import { PERMISSIONS } from '../../policy/permissions';
import { Button } from '../../ui/button';
import { SelectField, TextField } from '../../ui/field';
import { Icon } from '../../ui/icons';
import { useConnections } from '../connections/use-connections';
import { useGroups } from '../groups/use-groups';
import { useMembers } from '../people/use-members';
import { useEnvironments } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { type AuditSearch, chipsOf, FILTERS, type FilterName } from './audit-filter';
import { KIND_LABEL } from './kinds';

interface Props {
  search: AuditSearch;
  onChange: (search: Partial<AuditSearch>) => void;
}

/** Every filter in one place; nothing is searched before all of it is said. */
export function AuditMoreFilters({ search, onChange }: Props) {
  const [open, setOpen] = useState(false);
  const count = chipsOf(search).length;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button>
          <Icon name="sliders" className="size-3.5" /> Filters{count > 0 ? ` (${count})` : ''}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Filters"
          className="bg-raised border-line shadow-pop animate-pop z-50 max-h-[var(--radix-popover-content-available-height)] w-[34rem] max-w-[calc(100vw-16px)] overflow-y-auto rounded-lg border p-4"
        >
          <FilterForm
            search={search}
            onChange={(part) => {
              onChange(part);
              setOpen(false);
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function FilterForm({ search, onChange }: Props) {
  const choices = useChoices();
  const [draft, setDraft] = useState<Partial<AuditSearch>>({});
  const value = (name: FilterName) => draft[name] ?? search[name];
  const set = (name: FilterName) => (event: { target: { value: string } }) =>
    setDraft({ ...draft, [name]: event.target.value.trim() });
  const select = (name: FilterName, options: readonly (readonly [string, string])[]) => (
    <SelectField label={FILTERS[name]} value={value(name)} onChange={set(name)}>
      <option value="">Any</option>
      {value(name) && !options.some(([each]) => each === value(name)) ? <option>{value(name)}</option> : null}
      {options.map(([each, label]) => (
        <option key={each} value={each}>
          {label}
        </option>
      ))}
    </SelectField>
  );
  const typed = (
    name: FilterName,
    placeholder: string,
    more: { pattern?: string; inputMode?: 'numeric' } = {},
  ) => (
    <TextField
      label={FILTERS[name]}
      placeholder={placeholder}
      defaultValue={search[name]}
      onChange={set(name)}
      {...more}
    />
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onChange(draft);
  };
  const amount = { pattern: '\\d*', inputMode: 'numeric' } as const;
  return (
    <form onSubmit={submit} className="grid grid-cols-2 gap-x-4 gap-y-3">
      {select('person', choices.people)}
      {select('group', choices.groups)}
      {select('connection', choices.connections)}
      {select('environment', choices.environments)}
      {select('kind', Object.entries(KIND_LABEL))}
      {select('decision', DECISIONS)}
      {select(
        'permission',
        PERMISSIONS.map((name) => [name, name] as const),
      )}
      {select('outcome', OUTCOMES)}
      {typed('relation', 'orders, or sales.orders')}
      {typed('sqlstate', '42P01', { pattern: '[0-9A-Za-z]{5}' })}
      {typed('minMs', '1000', amount)}
      {typed('maxMs', '60000', amount)}
      {typed('minRows', '1000', amount)}
      {typed('maxRows', '1000000', amount)}
      {typed('client', '10.1.2.3, or 10.1.0.0/16')}
      {typed('application', 'psql')}
      {typed('actor', 'part of a name or address')}
      <div className="col-span-2 flex justify-end gap-2 pt-1">
        <Button type="submit" look="primary">
          Apply
        </Button>
      </div>
    </form>
  );
}

const DECISIONS = [
  ['allowed', 'Allowed'],
  ['denied', 'Denied'],
] as const;
const OUTCOMES = [
  ['succeeded', 'Succeeded'],
  ['failed', 'Failed'],
  ['cancelled', 'Cancelled'],
  ['unknown', 'Unknown: its end was never reported'],
] as const;

/** What there is to choose from: value and words. */
function useChoices() {
  const { orgId } = useOrg();
  return {
    people: (useMembers(orgId).data ?? []).map(({ user }) => [user.id, user.email] as const),
    groups: (useGroups(orgId).data ?? []).map(({ slug, name }) => [slug, name] as const),
    connections: (useConnections(orgId).data ?? []).map(({ slug, name }) => [slug, name] as const),
    environments: (useEnvironments(orgId).data ?? []).map(({ slug, name }) => [slug, name] as const),
  };
}
