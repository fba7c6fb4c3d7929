'use client';
import dynamic from 'next/dynamic';
import { useId } from 'react';
import { cx } from '../../ui/cx';
import { Select } from '../../ui/field';
import { Well } from '../../ui/page';
import { ErrorState, Skeleton } from '../../ui/states';
import { Ago } from '../../ui/time';
import { useUrlState } from '../../ui/use-url-state';
import type { TabProps } from './tabs';
import { type Manifest, useManifests } from './use-roles';

const ManifestDiff = dynamic(() => import('./manifest-diff'), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-40" />,
});

/** Every version, who saved it and why, and what it changed. */
export function HistoryTab({ connection }: TabProps) {
  const manifests = useManifests(connection.id);
  const [params, change] = useUrlState();
  if (manifests.error && !manifests.data)
    return (
      <Well>
        <ErrorState error={manifests.error} onRetry={() => manifests.refetch()} />
      </Well>
    );
  if (!manifests.data)
    return (
      <Well>
        <Skeleton className="m-6 h-40" />
      </Well>
    );
  const all = manifests.data;
  const shown = all.find(({ version }) => String(version) === params.get('version')) ?? all[0];
  const before =
    all.find(({ version }) => String(version) === params.get('against')) ??
    all.find(({ version }) => version === (shown?.version ?? 0) - 1);
  if (!shown) return null;
  return (
    <div className="grid gap-4 lg:grid-cols-[18rem_minmax(0,1fr)]">
      <nav
        aria-label="Versions"
        className="border-line bg-surface self-start overflow-hidden rounded-lg border"
      >
        <ul className="divide-line max-h-[70vh] divide-y overflow-y-auto">
          {all.map((each) => (
            <li key={each.id}>
              <button
                type="button"
                data-row
                aria-current={each.id === shown.id ? 'true' : undefined}
                onClick={() => change({ version: String(each.version), against: null })}
                className={cx(
                  'hover:bg-hover w-full px-3 py-2 text-left text-sm',
                  each.id === shown.id && 'bg-selected',
                )}
              >
                <span className="flex gap-2">
                  <span className="font-medium">Version {each.version}</span>
                  <span className="text-ink-3 ml-auto text-xs">
                    <Ago at={each.createdAt} />
                  </span>
                </span>
                <span className="text-ink-2 block truncate text-xs">{each.message || 'no message'}</span>
                <span className="text-ink-3 block truncate text-xs">{each.authorLabel}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <Compared
        shown={shown}
        before={before}
        all={all}
        onAgainst={(version) => change({ against: version })}
      />
    </div>
  );
}

function Compared({
  shown,
  before,
  all,
  onAgainst,
}: {
  shown: Manifest;
  before: Manifest | undefined;
  all: readonly Manifest[];
  onAgainst: (version: string) => void;
}) {
  const id = useId();
  return (
    <section
      aria-label={`Version ${shown.version}`}
      className="border-line bg-surface min-w-0 rounded-lg border"
    >
      <div className="border-line flex flex-wrap items-center gap-2 border-b px-3 py-2 text-sm">
        <h2 className="font-medium">Version {shown.version}</h2>
        <label htmlFor={id} className="text-ink-2 ml-auto">
          compared with
        </label>
        <div>
          <Select
            id={id}
            value={String(before?.version ?? 0)}
            onChange={(event) => onAgainst(event.target.value)}
          >
            <option value="0">nothing</option>
            {all
              .filter((each) => each.id !== shown.id)
              .map(({ id: key, version }) => (
                <option key={key} value={String(version)}>
                  version {version}
                </option>
              ))}
          </Select>
        </div>
      </div>
      <ManifestDiff
        key={`${before?.id ?? ''}:${shown.id}`}
        before={before?.body ?? null}
        after={shown.body}
      />
    </section>
  );
}
