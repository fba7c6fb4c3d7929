'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useId, useState } from 'react';
import { type ApiError, asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { CodeBlock } from '../../ui/copy';
import { Panel } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';
import { count, slugOf } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { FormError, Note } from '../../ui/states';
import { connectionToml, urlVariable } from '../agents/agent-config';
import { useAnnounce } from '../publication/use-announce';
import { environmentsKey, useEnvironments } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { type ConnectionDraft, connectionDraft, connectionInput, LIMITS } from './connection-draft';
import {
  createConnectionDocument,
  deleteConnectionDocument,
  updateConnectionDocument,
} from './connections.queries';
import { ConnectionHealth } from './health';
import { type Connection, connectionsKey } from './use-connections';

interface Props {
  connection: Connection | null;
  onClose: () => void;
  onCreated?: (slug: string) => void;
}

export function ConnectionPanel({ connection, onClose, onCreated }: Props) {
  const { orgId, canManage } = useOrg();
  const form = useId();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  const [opened] = useState(() => connectionDraft(connection));
  const [draft, setDraft] = useState(opened);
  const [deleting, setDeleting] = useState(false);
  const changed = JSON.stringify(draft) !== JSON.stringify(opened);
  const save = useMutation({
    mutationFn: async () => {
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
      return before;
    },
    onSuccess: async (before) => {
      await queries.invalidateQueries({ queryKey: connectionsKey(orgId) });
      announce(connection ? 'Connection saved' : 'Connection created', before);
      if (connection) onClose();
      else onCreated?.(draft.slug);
    },
  });
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
        {connection ? <Facts connection={connection} /> : null}
        {canManage ? (
          <form
            id={form}
            className="flex flex-col gap-4"
            onSubmit={(event) => {
              event.preventDefault();
              save.mutate();
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

function Facts({ connection }: { connection: Connection }) {
  const { slug, canSeeAll } = useOrg();
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-2 text-sm">
      <dt className="text-ink-3">Id in rules</dt>
      <dd className="font-mono text-xs leading-5">{connection.slug}</dd>
      <dt className="text-ink-3">Environment</dt>
      <dd>{connection.environment.name}</dd>
      <dt className="text-ink-3">Health</dt>
      <dd>
        <ConnectionHealth health={connection.health} />
        {connection.healthDetail ? (
          <p className="text-ink-2 mt-0.5 text-xs">{connection.healthDetail}</p>
        ) : null}
      </dd>
      <dt className="text-ink-3">Your permissions</dt>
      <dd>
        <PermissionBadges permissions={connection.viewerPermissions} />
      </dd>
      {canSeeAll ? (
        <>
          <dt className="text-ink-3">Rules</dt>
          <dd>
            <Link
              href={`/${slug}/rules?connection=${connection.slug}`}
              className="text-accent hover:underline"
            >
              {count(connection.ruleCount, 'rule')}
            </Link>
          </dd>
        </>
      ) : null}
    </dl>
  );
}

interface FieldsProps {
  draft: ConnectionDraft;
  onChange: (draft: ConnectionDraft) => void;
  isNew: boolean;
  error: ApiError | null;
}

function ConnectionFields({ draft, onChange, isNew, error }: FieldsProps) {
  const [slugTyped, setSlugTyped] = useState(false);
  const edit = (part: Partial<ConnectionDraft>) => onChange({ ...draft, ...part });
  const badLimit = LIMITS.some(({ key }) => fieldError(error, key));
  return (
    <>
      {isNew ? (
        <EnvironmentSelect
          value={draft.environmentId}
          onChange={(environmentId) => edit({ environmentId })}
          error={fieldError(error, 'environmentId')}
        />
      ) : null}
      <TextField
        label="Name"
        required
        maxLength={100}
        value={draft.name}
        onChange={(event) =>
          edit({
            name: event.target.value,
            ...(isNew && !slugTyped ? { slug: slugOf(event.target.value) } : {}),
          })
        }
        error={fieldError(error, 'name')}
      />
      {isNew ? (
        <TextField
          label="Id"
          required
          spellCheck={false}
          className="font-mono"
          value={draft.slug}
          onChange={(event) => {
            setSlugTyped(true);
            edit({ slug: event.target.value });
          }}
          hint="Rules and the agent’s configuration name it; it never changes."
          error={fieldError(error, 'slug')}
        />
      ) : null}
      <TextField
        label="Description"
        optional
        maxLength={500}
        value={draft.description}
        onChange={(event) => edit({ description: event.target.value })}
        error={fieldError(error, 'description')}
      />
      <details open={badLimit || undefined} className="border-line rounded-lg border">
        <summary className="px-3 py-2 text-sm font-medium select-none">Limits</summary>
        <div className="grid gap-4 px-3 pb-3 min-[420px]:grid-cols-2">
          {LIMITS.map(({ key, label, hint }) => (
            <TextField
              key={key}
              label={label}
              hint={hint}
              inputMode="numeric"
              pattern="[0-9]+"
              className="tabular-nums"
              value={draft.limits[key]}
              onChange={(event) => edit({ limits: { ...draft.limits, [key]: event.target.value } })}
              error={fieldError(error, key)}
            />
          ))}
        </div>
      </details>
    </>
  );
}

export function EnvironmentSelect({
  value,
  onChange,
  error,
}: {
  value: string;
  onChange: (id: string) => void;
  error?: ApiError | undefined;
}) {
  const { orgId, slug } = useOrg();
  const { data } = useEnvironments(orgId);
  if (data?.length === 0) {
    return (
      <Note tone="warn" title="There is no environment yet">
        Connections and agents belong to one, such as production or staging.{' '}
        <Link href={`/${slug}/settings`} className="text-accent underline">
          Create it in the settings
        </Link>
        .
      </Note>
    );
  }
  return (
    <SelectField
      label="Environment"
      required
      value={value}
      onChange={(event) => onChange(event.target.value)}
      error={error}
      hint="The agents of this environment serve it."
    >
      <option value="" disabled>
        Choose…
      </option>
      {data?.map((each) => (
        <option key={each.id} value={each.id}>
          {each.name}
        </option>
      ))}
    </SelectField>
  );
}

function AgentSnippet({ slug }: { slug: string }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="text-sm font-medium">In the agent’s configuration</h3>
      <p className="text-ink-2 text-sm">
        Add this to <code className="font-mono text-xs">postern.toml</code> beside the database and put the
        URL, with its password, into <code className="font-mono text-xs">{urlVariable(slug)}</code> there. It
        never comes here.
      </p>
      <CodeBlock label="Agent configuration" code={connectionToml(slug)} />
    </section>
  );
}

interface DeleteProps {
  connection: Connection;
  open: boolean;
  onClose: () => void;
  onDeleted: () => void;
}

function DeleteConnection({ connection, open, onClose, onDeleted }: DeleteProps) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const { versions, announce } = useAnnounce();
  const remove = useMutation({
    mutationFn: async () => {
      const before = await versions([connection.environment.id]);
      await request(deleteConnectionDocument, { orgId, id: connection.id });
      return before;
    },
    onSuccess: (before) => {
      onDeleted();
      queries.invalidateQueries({ queryKey: connectionsKey(orgId) });
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      announce('Connection deleted', before);
    },
  });
  return (
    <Confirm
      open={open}
      onClose={() => {
        remove.reset();
        onClose();
      }}
      title={`Delete ${connection.name}?`}
      confirm="Delete connection"
      typed={connection.slug}
      onConfirm={() => remove.mutate()}
      busy={remove.isPending}
      error={remove.error}
    >
      <p>
        Nobody reaches it through Postern afterwards. The database itself and its audit events stay. Rules
        that name it must be deleted or changed first.
      </p>
    </Confirm>
  );
}
