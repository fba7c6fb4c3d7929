'use client';
import { cx } from '../../ui/cx';
import { Icon } from '../../ui/icons';
import { Skeleton } from '../../ui/states';
import { type AuditSearch, FILTERS, type FilterName } from './audit-filter';
import { kindLabel } from './kinds';
import type { Facet, Summary } from './use-audit';

const numbers = new Intl.NumberFormat('en');

/** A facet narrows the filter of its name; people are told apart by id. */
const filterOf = (facet: string): FilterName | undefined =>
  facet === 'actor' ? 'person' : Object.hasOwn(FILTERS, facet) ? (facet as FilterName) : undefined;

interface Props {
  summary: Summary | undefined;
  search: AuditSearch;
  onChange: (search: Partial<AuditSearch>) => void;
}

/** The most frequent values of what was found; one click narrows, another widens again. */
export function AuditFacets({ summary, search, onChange }: Props) {
  if (!summary) return <Skeleton className="h-64 w-full" />;
  const facets = summary.facets.filter((facet) => facet.values.length > 0);
  return (
    <nav aria-label="Narrow down" className="flex flex-col gap-4">
      {summary.facetsOf >= summary.total ? null : (
        <p className="text-ink-3 text-xs">
          Counts are of the newest {numbers.format(summary.facetsOf)} events.
        </p>
      )}
      {facets.map((facet) => (
        <FacetList key={facet.name} facet={facet} search={search} onChange={onChange} />
      ))}
    </nav>
  );
}

function FacetList({ facet, search, onChange }: Omit<Props, 'summary'> & { facet: Facet }) {
  const name = filterOf(facet.name);
  if (!name) return null;
  const chosen = search[name];
  return (
    <section>
      <h2 className="text-ink-3 mb-1 px-1.5 text-xs font-medium">{FILTERS[name]}</h2>
      <ul>
        {facet.values.map(({ value, label, count }) => (
          <li key={value}>
            <button
              type="button"
              aria-pressed={chosen === value}
              onClick={() => onChange({ [name]: chosen === value ? '' : value })}
              className={cx(
                'hover:bg-hover flex min-h-6 w-full items-center gap-2 rounded px-1.5 text-left text-xs',
                chosen === value && 'bg-selected font-medium',
              )}
            >
              <span className="min-w-0 flex-1 truncate" title={label}>
                {name === 'kind' ? kindLabel(value) : label}
              </span>
              <span className="text-ink-3 tabular-nums">{numbers.format(count)}</span>
              {chosen === value ? <Icon name="close" className="size-3" /> : null}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
