'use client';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button, Spinner } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { Well } from '../../ui/page';
import { EmptyState, FormError, Note } from '../../ui/states';
import { urlVariable } from '../agents/agent-config';
import { useOrg } from '../shell/org-context';
import { keepDraft } from './manifest-tab';
import { generatedRoleManifestDocument, generateRoleManifestDocument } from './roles.queries';
import type { TabProps } from './tabs';
import { useRolesMutation } from './use-roles';

/** The first step: what is in the database, written down. Nothing is changed by it. */
export function AdoptTab({ connection, go }: TabProps) {
  const { canManage } = useOrg();
  const [task, setTask] = useState<string | null>(null);
  const [suggest, setSuggest] = useState(true);
  const generate = useRolesMutation(
    async (_: undefined, orgId) =>
      (
        await request(generateRoleManifestDocument, {
          orgId,
          connectionId: connection.id,
          suggestProfiles: suggest,
        })
      ).generateRoleManifest.id,
    setTask,
  );
  return (
    <Well>
      <EmptyState icon="key" title="The roles of this database are not managed yet">
        <p>
          Begin with what is there: an agent reads the roles, grants and memberships, and writes the manifest
          that means exactly that. You look it through, save it, and from then on every difference is found.
          Nothing in the database changes by it.
        </p>
      </EmptyState>
      <div className="mx-auto flex max-w-2xl flex-col gap-4 px-6 pb-10">
        {canManage ? (
          <>
            <label className="flex items-start gap-2 text-sm">
              <input
                type="checkbox"
                className="mt-0.5"
                checked={suggest}
                onChange={(event) => setSuggest(event.target.checked)}
              />
              <span>
                Suggest profiles
                <span className="text-ink-3 block text-xs">
                  Roles that are the same but for their schema are said once. It means the same.
                </span>
              </span>
            </label>
            <div className="flex flex-wrap gap-2">
              <Button look="primary" busy={generate.isPending} onClick={() => generate.mutate(undefined)}>
                Generate from the database
              </Button>
              <Button onClick={() => go('manifest')}>Write one by hand</Button>
            </div>
            {generate.error ? <FormError error={generate.error} /> : null}
            {task ? (
              <Generating
                key={task}
                id={task}
                onBody={(body) => {
                  keepDraft(connection.id, body);
                  go('manifest');
                }}
              />
            ) : null}
          </>
        ) : (
          <Note>Owners and admins can begin.</Note>
        )}
        <details className="text-sm">
          <summary className="text-ink-2">What the agent needs</summary>
          <p className="text-ink-2 my-2">
            A login that may manage roles, in its own configuration beside the database. Without it the agent
            neither looks at nor changes roles here.
          </p>
          <CodeBlock
            label="Agent configuration"
            code={`[connections.${connection.slug}]\nurl = "env:${urlVariable(connection.slug)}"\nroles_url = "env:${urlVariable(connection.slug).replace(/_URL$/, '')}_ROLES_URL"\n`}
          />
        </details>
      </div>
    </Well>
  );
}

const PATIENCE_MS = 8_000;

function Generating({ id, onBody }: { id: string; onBody: (body: string) => void }) {
  const { orgId } = useOrg();
  const [begun] = useState(() => Date.now());
  const [handed, setHanded] = useState(false);
  const generated = useQuery({
    queryKey: ['roles', orgId, 'generated', id],
    queryFn: async () => (await request(generatedRoleManifestDocument, { orgId, id })).generatedRoleManifest,
    refetchInterval: ({ state }) => (state.data?.state.match(/^(succeeded|failed|cancelled)$/) ? false : 700),
  });
  const { data, error } = generated;
  if (data?.body && !handed) {
    setHanded(true);
    queueMicrotask(() => onBody(data.body ?? ''));
  }
  if (error) return <FormError error={error} />;
  if (data?.failure)
    return (
      <Note tone="bad" title="The agent could not read the roles">
        {data.failure}
      </Note>
    );
  const isSlow = data?.state === 'waiting' && Date.now() - begun > PATIENCE_MS;
  return (
    <p role="status" className="text-ink-2 flex items-center gap-2 text-sm">
      <Spinner />
      {isSlow
        ? 'Still waiting for an agent. It must be connected, and have `roles_url` for this connection.'
        : data?.state === 'running'
          ? 'An agent reads the database…'
          : 'Waiting for an agent…'}
    </p>
  );
}
