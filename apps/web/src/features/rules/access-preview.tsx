'use client';
import type { PreviewRuleChangeQuery } from '../../gql/graphql';
import { Spinner } from '../../ui/button';
import { count } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { byPerson, type PersonChanges, tally } from './preview';

type Preview = PreviewRuleChangeQuery['previewRuleChange'];

/** Who gains or loses what when this is saved, before it is saved. */
export function AccessPreview({
  preview,
  busy,
  absent = 'not known',
}: {
  preview: Preview | undefined;
  busy: boolean;
  /** Why there is none. */
  absent?: string;
}) {
  return (
    <section aria-label="What changes" aria-busy={busy} className="border-line rounded-lg border">
      <div className="border-line bg-sunken flex min-h-9 items-center gap-2 rounded-t-lg border-b px-3 py-1.5 text-sm">
        <h3 className="font-medium">What changes</h3>
        <span aria-live="polite" className="text-ink-2 ml-auto flex items-center gap-2 text-right text-xs">
          {busy ? <Spinner className="size-3" /> : null}
          {preview ? summary(preview) : busy ? 'working it out…' : absent}
        </span>
      </div>
      <div className="px-3 py-2 text-sm">
        {preview ? (
          <Changes preview={preview} />
        ) : (
          <p className="text-ink-3 py-1">Nothing is saved before you say so.</p>
        )}
      </div>
    </section>
  );
}

function summary(preview: Preview): string {
  if (preview.totalCount === 0) return 'no one’s access changes';
  const { gain, lose } = tally(preview.changes);
  const parts = [
    gain > 0 ? `${count(gain, 'person', 'people')} ${gain === 1 ? 'gains' : 'gain'}` : '',
    lose > 0 ? `${count(lose, 'person', 'people')} ${lose === 1 ? 'loses' : 'lose'}` : '',
  ].filter(Boolean);
  return parts.join(', ');
}

function Changes({ preview }: { preview: Preview }) {
  if (preview.totalCount === 0) {
    return <p className="text-ink-2 py-1">Everybody keeps exactly the permissions that they have now.</p>;
  }
  const beyond = preview.totalCount - preview.changes.length;
  return (
    <>
      <ul className="divide-line max-h-[55vh] divide-y overflow-y-auto">
        {byPerson(preview.changes).map((person) => (
          <Person key={person.user.id} person={person} />
        ))}
      </ul>
      {beyond > 0 ? (
        <p className="text-ink-2 border-line mt-1 border-t pt-2 text-xs">
          and {count(beyond, 'more change')} beyond the first {preview.changes.length}
        </p>
      ) : null}
    </>
  );
}

function Person({ person: { user, changes } }: { person: PersonChanges }) {
  return (
    <li className="py-2">
      <p className="truncate">
        {user.name} <span className="text-ink-3 text-xs">{user.email}</span>
      </p>
      <ul className="mt-1 flex flex-col gap-1">
        {changes.map(({ connection, gained, lost, after }) => (
          <li key={connection.id} className="flex flex-wrap items-center gap-x-2 gap-y-1">
            <span
              className="text-ink-2 min-w-28 text-xs"
              title={`${connection.slug}, ${connection.environment.name}`}
            >
              {connection.name}
            </span>
            {gained.length > 0 ? <PermissionBadges permissions={gained} sign="+" /> : null}
            {lost.length > 0 ? <PermissionBadges permissions={lost} sign="−" /> : null}
            {after.length === 0 ? (
              <span className="text-bad text-xs">no longer sees this connection</span>
            ) : null}
          </li>
        ))}
      </ul>
    </li>
  );
}
