'use client';
import dynamic from 'next/dynamic';
import { useRouter } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { asApiError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField, Words } from '../../ui/field';
import { count } from '../../ui/format';
import { FormError, Note, Skeleton } from '../../ui/states';
import { useOrg } from '../shell/org-context';
import { ExpandedRoles } from './expanded';
import type { Checked } from './manifest-check';
import { saveRoleManifestDocument } from './roles.queries';
import type { TabProps } from './tabs';
import { useRolesMutation } from './use-roles';

const ManifestEditor = dynamic(() => import('./manifest-editor'), {
  ssr: false,
  loading: () => <Skeleton className="m-4 h-40" />,
});

const FIRST =
  '# Roles, grants and memberships of this database. Ctrl-Space says what can be written.\nroles:\n  - name: \n';

export function ManifestTab({ connection, roles, go }: TabProps) {
  const { manifest } = roles;
  const [draft] = useState(() => takeDraft(connection.id));
  // What was loaded when the page opened: a newer version of somebody else must not replace what is being written.
  const [base] = useState(manifest?.version ?? 0);
  return (
    <Editing
      key={base}
      connection={connection}
      roles={roles}
      go={go}
      base={base}
      initial={draft ?? manifest?.body ?? FIRST}
      isDraft={draft !== null}
    />
  );
}

const draftKey = (connectionId: string) => `postern.manifest-draft.${connectionId}`;

/** A generated manifest on its way into the editor. */
export function keepDraft(connectionId: string, body: string): void {
  sessionStorage.setItem(draftKey(connectionId), body);
}

function takeDraft(connectionId: string): string | null {
  const kept = sessionStorage.getItem(draftKey(connectionId));
  sessionStorage.removeItem(draftKey(connectionId));
  return kept;
}

interface EditingProps extends TabProps {
  base: number;
  initial: string;
  isDraft: boolean;
}

function Editing({ connection, roles, base, initial, isDraft }: EditingProps) {
  const { slug, canManage } = useOrg();
  const router = useRouter();
  const [text, setText] = useState(initial);
  const [message, setMessage] = useState('');
  const [checked, setChecked] = useState<Checked | null>(null);
  const [goTo, setGoTo] = useState<{ line: number; column: number } | null>(null);
  const isChanged = text !== (roles.manifest?.body ?? '');
  useLeaveWarning(isChanged && text !== initial);
  const save = useRolesMutation(
    async (_: undefined, orgId) =>
      (
        await request(saveRoleManifestDocument, {
          orgId,
          connectionId: connection.id,
          input: { body: text, message, baseVersion: base },
        })
      ).saveRoleManifest,
    ({ plan }) => {
      const roles = `/${slug}/connections/${encodeURIComponent(connection.slug)}/roles`;
      router.push(plan ? `${roles}/plans/${plan.id}` : roles);
    },
  );
  const problems = checked?.problems ?? [];
  const maySave = canManage && checked !== null && problems.length === 0 && isChanged && !save.isPending;
  const onSave = useCallback(() => {
    if (maySave) save.mutate(undefined);
  }, [maySave, save.mutate]);
  const newer = (roles.manifest?.version ?? 0) > base;
  return (
    <div className="flex flex-col gap-3">
      {isDraft ? (
        <Note tone="plain" title="Generated from the database">
          Nothing is saved yet. Look it through, then save it as version {base + 1}: its plan will have
          nothing to do.
        </Note>
      ) : null}
      {newer ? (
        <Note tone="warn" title={`Version ${roles.manifest?.version} was saved meanwhile`}>
          Saving over it is refused. Copy what you changed, reload the page, and change it there.
        </Note>
      ) : null}
      <div className="border-line bg-surface grid overflow-hidden rounded-lg border lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="border-line h-[62vh] min-h-80 border-b lg:border-r lg:border-b-0">
          <ManifestEditor
            initial={initial}
            readOnly={!canManage}
            onText={setText}
            onChecked={setChecked}
            onSave={onSave}
            goTo={goTo}
          />
        </div>
        <section
          aria-label="What it comes to"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrollable region must be reachable by keyboard
          tabIndex={0}
          className="h-[62vh] min-h-80 overflow-y-auto"
        >
          <h2 className="bg-sunken border-line sticky top-0 border-b px-3 py-2 text-sm font-medium">
            What it comes to
          </h2>
          <ExpandedRoles checked={checked} />
        </section>
      </div>
      <Problems problems={problems} onGo={setGoTo} />
      {canManage ? (
        <form
          className="flex flex-wrap items-end gap-3"
          onSubmit={(event) => {
            event.preventDefault();
            onSave();
          }}
        >
          <div className="min-w-64 flex-1">
            <TextField
              label="What changes and why"
              optional
              maxLength={1_000}
              value={message}
              onChange={(event) => setMessage(event.target.value)}
              hint="Tab indents in the editor; press Escape, then Tab, to leave it."
            />
          </div>
          <Button look="primary" type="submit" busy={save.isPending} disabled={!maySave} className="mb-5">
            Save and plan
          </Button>
        </form>
      ) : null}
      {save.error ? <FormError error={asApiError(save.error)} /> : null}
    </div>
  );
}

function Problems({
  problems,
  onGo,
}: {
  problems: Checked['problems'];
  onGo: (place: { line: number; column: number }) => void;
}) {
  if (problems.length === 0) return null;
  return (
    <section aria-label="Problems" className="border-bad/30 bg-bad-soft rounded-lg border">
      <p role="status" className="text-bad px-3 pt-2 text-sm font-medium">
        {count(problems.length, 'thing')} to put right
      </p>
      <ul className="max-h-48 overflow-y-auto px-1 pb-1 text-sm">
        {problems.slice(0, 100).map(({ line, column, path, message, fix }) => (
          <li key={`${line}:${column}:${path}:${message}`}>
            <button
              type="button"
              className="hover:bg-hover w-full rounded px-2 py-1 text-left"
              onClick={() => onGo({ line, column })}
            >
              <span className="text-ink-3 font-mono text-xs">
                {line}:{column}
              </span>{' '}
              <Words text={message} />{' '}
              <span className="text-ink-2">
                → <Words text={fix} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Closing the tab would lose what was typed. */
function useLeaveWarning(on: boolean): void {
  useEffect(() => {
    if (!on) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', warn);
    return () => window.removeEventListener('beforeunload', warn);
  }, [on]);
}
