'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { asApiError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/dialog';
import { FormError } from '../../ui/states';
import { useAnnounce } from '../publication/use-announce';
import { useOrg } from '../shell/org-context';
import { type ConnectionDraft, connectionDraft, connectionInput } from './connection-draft';
import { AgentSnippet, ConnectionFacts } from './connection-facts';
import { ConnectionFields } from './connection-fields';
import { createConnectionDocument, updateConnectionDocument } from './connections.queries';
import { DeleteConnection } from './delete-connection';
import { type Connection, connectionsKey } from './use-connections';

interface Props {
  connection: Connection | null;
  onClose: () => void;
  onCreated?: (slug: string) => void;
}

function useSaveConnection(connection: Connection | null, onSaved: (slug: string) => void) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  return useMutation({
    mutationFn: async (draft: ConnectionDraft) => {
      const before = await versions([draft.environmentId]);
      const input = connectionInput(draft);
      if (connection) await request(updateConnectionDocument, { orgId, id: connection.id, input });
      else
        await request(createConnectionDocument, {
          orgId,
          environmentId: draft.environmentId,
          slug: draft.slug,
          input,
        });
      return { before, slug: draft.slug };
    },
    onSuccess: async ({ before, slug }) => {
      await queries.invalidateQueries({ queryKey: connectionsKey(orgId) });
      announce(connection ? 'Connection saved' : 'Connection created', before);
      onSaved(slug);
    },
  });
}

export function ConnectionPanel({ connection, onClose, onCreated }: Props) {
  const { canManage } = useOrg();
  const form = useId();
  const [opened] = useState(() => connectionDraft(connection));
  const [draft, setDraft] = useState(opened);
  const [deleting, setDeleting] = useState(false);
  const changed = JSON.stringify(draft) !== JSON.stringify(opened);
  const save = useSaveConnection(connection, (slug) => (connection ? onClose() : onCreated?.(slug)));
  const error = save.error ? asApiError(save.error) : null;
  return (
    <Panel
      open
      sticky={changed}
      onClose={onClose}
      title={connection ? connection.name : 'New connection'}
      description={
        connection ? undefined : 'A name for a database. No password is asked for: it stays with the agent.'
      }
      footer={
        canManage ? (
          <>
            {connection ? (
              <Button look="quiet-danger" className="-ml-2 mr-auto" onClick={() => setDeleting(true)}>
                Delete connection
              </Button>
            ) : null}
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" form={form} busy={save.isPending} disabled={!changed}>
              {connection ? 'Save connection' : 'Create connection'}
            </Button>
          </>
        ) : null
      }
    >
      <div className="flex flex-col gap-6">
        {connection ? <ConnectionFacts connection={connection} /> : null}
        {canManage ? (
          <form
            id={form}
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              save.mutate(draft);
            }}
          >
            <ConnectionFields draft={draft} onChange={setDraft} isNew={connection === null} error={error} />
            {error && !error.field ? <FormError error={error} /> : null}
          </form>
        ) : null}
        {connection && canManage ? <AgentSnippet slug={connection.slug} /> : null}
      </div>
      {connection ? (
        <DeleteConnection
          connection={connection}
          open={deleting}
          onClose={() => setDeleting(false)}
          onDeleted={onClose}
        />
      ) : null}
    </Panel>
  );
}
