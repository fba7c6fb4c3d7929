'use client';
import { Button } from '../../ui/button';
import { Icon } from '../../ui/icons';
import { type AuditSearch, CLEARED, chipsOf, FILTERS, type FilterName, isNarrowed } from './audit-filter';
import { kindLabel } from './kinds';
import type { Summary } from './use-audit';

interface Props {
  search: AuditSearch;
  summary: Summary | undefined;
  onChange: (search: Partial<AuditSearch>) => void;
}

/** What narrows the search now, each with its way out. */
export function AuditChips({ search, summary, onChange }: Props) {
  const chips = chipsOf(search);
  if (!isNarrowed(search)) return null;
  const people = summary?.facets.find((facet) => facet.name === 'actor')?.values;
  const label = (name: FilterName): string => {
    const value = search[name];
    if (name === 'kind') return kindLabel(value);
    if (name === 'person') return people?.find((each) => each.value === value)?.label ?? value;
    return value;
  };
  return (
    <ul aria-label="Filters in use" className="flex flex-wrap items-center gap-1.5">
      {chips.map((name) => (
        <li key={name}>
          <button
            type="button"
            aria-label={`Remove the filter ${FILTERS[name]}: ${label(name)}`}
            onClick={() => onChange({ [name]: '' })}
            className="border-line-strong bg-raised hover:bg-hover inline-flex h-6 max-w-72 items-center gap-1 rounded-full border pr-1.5 pl-2.5 text-xs"
          >
            <span className="text-ink-2">{FILTERS[name]}</span>
            <span className="truncate font-medium">{label(name)}</span>
            <Icon name="close" className="text-ink-3 size-3" />
          </button>
        </li>
      ))}
      <li>
        <Button look="ghost" className="h-6 px-2 text-xs" onClick={() => onChange(CLEARED)}>
          Clear
        </Button>
      </li>
    </ul>
  );
}
