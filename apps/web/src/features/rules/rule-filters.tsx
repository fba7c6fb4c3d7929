'use client';
import { useMemo } from 'react';
import { memberLabel } from '../../policy/members';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icons';
import { Picker } from '../../ui/picker';
import { useConnections } from '../connections/use-connections';
import { useOrg } from '../shell/org-context';
import { useMemberOptions } from './rule-fields';
import { useNames } from './use-names';
import type { RuleFilter } from './use-rules';

interface Props {
  filter: RuleFilter;
  onChange: (changes: Record<string, string | null>) => void;
}

export function RuleFilters({ filter, onChange }: Props) {
  const { orgId } = useOrg();
  const connections = useConnections(orgId).data;
  const names = useNames(orgId);
  const members = useMemberOptions();
  const options = useMemo(
    () => [
      { value: '*', label: 'All connections', icon: <Icon name="globe" /> },
      ...(connections ?? []).map((each) => ({ value: each.slug, label: each.name, note: each.slug })),
    ],
    [connections],
  );
  const connection = options.find((option) => option.value === filter.connection)?.label ?? filter.connection;
  const member = filter.member === null ? null : memberLabel(filter.member, names).label;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <FilterPicker
        name="Connection"
        value={filter.connection}
        label={connection}
        options={options}
        onPick={(value) => onChange({ connection: value })}
        primary
      />
      <FilterPicker
        name="Member"
        value={filter.member}
        label={member}
        options={members}
        onPick={(value) => onChange({ member: value })}
      />
    </div>
  );
}

interface FilterProps {
  name: string;
  value: string | null;
  label: string | null;
  options: React.ComponentProps<typeof Picker>['options'];
  onPick: (value: string | null) => void;
  /** `/` opens it. */
  primary?: boolean;
}

function FilterPicker({ name, value, label, options, onPick, primary }: FilterProps) {
  return (
    <span className="inline-flex">
      <Picker
        label={`Filter by ${name.toLowerCase()}`}
        options={options}
        selected={value === null ? [] : [value]}
        onPick={onPick}
        trigger={
          <Button
            data-search={primary || undefined}
            aria-label={`Filter by ${name.toLowerCase()}${label ? `: ${label}` : ''}`}
            className={value === null ? 'text-ink-2 border-dashed' : 'rounded-r-none border-r-0'}
          >
            {name}
            {label ? <span className="text-ink max-w-44 truncate font-semibold">{label}</span> : null}
            <Icon name="chevronDown" className="size-3.5" />
          </Button>
        }
      />
      {value === null ? null : (
        <Button
          aria-label={`Clear the filter by ${name.toLowerCase()}`}
          className="rounded-l-none px-1.5"
          onClick={() => onPick(null)}
        >
          <Icon name="close" className="size-3.5" />
        </Button>
      )}
    </span>
  );
}
