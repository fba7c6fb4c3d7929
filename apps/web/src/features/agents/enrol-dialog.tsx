'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CreateEnrolmentTokenMutation } from '../../gql/graphql';
import { asApiError, fieldError } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button, Spinner } from '../../ui/button';
import { CodeBlock } from '../../ui/copy';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { absolute } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Note } from '../../ui/states';
import { EnvironmentSelect } from '../connections/environment-select';
import { useConnections } from '../connections/use-connections';
import { useOrg } from '../shell/org-context';
import { agentToml, enrolCommand } from './agent-config';
import { createEnrolmentTokenDocument, enrolmentTokensDocument } from './agents.queries';
import { agentsKey } from './use-agents';

type Enrolment = CreateEnrolmentTokenMutation['createEnrolmentToken'];

export function EnrolDialog({ apiUrl, onClose }: { apiUrl: string; onClose: () => void }) {
  const { orgId } = useOrg();
  const [environmentId, setEnvironmentId] = useState('');
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: async () =>
      (await request(createEnrolmentTokenDocument, { orgId, environmentId, name: name.trim() }))
        .createEnrolmentToken,
  });
  if (create.data) return <Instructions apiUrl={apiUrl} enrolment={create.data} onClose={onClose} />;
  const error = create.error ? asApiError(create.error) : null;
  return (
    <FormDialog
      onClose={onClose}
      title="Enrol an agent"
      description="You get a token that works once. The agent trades it for a key that never leaves its machine."
      submit="Create token"
      busy={create.isPending}
      error={create.error}
      fields={['environmentId', 'name']}
      onSubmit={() => create.mutate()}
    >
      <EnvironmentSelect
        value={environmentId}
        onChange={setEnvironmentId}
        error={fieldError(error, 'environmentId')}
      />
      <TextField
        label="Agent name"
        required
        maxLength={100}
        placeholder="production-eu"
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldError(error, 'name')}
      />
    </FormDialog>
  );
}

function Instructions({
  apiUrl,
  enrolment,
  onClose,
}: {
  apiUrl: string;
  enrolment: Enrolment;
  onClose: () => void;
}) {
  const { orgId } = useOrg();
  const { token, enrolmentToken } = enrolment;
  const connections = useConnections(orgId).data ?? [];
  const slugs = connections
    .filter((each) => each.environment.id === enrolmentToken.environment.id)
    .map((each) => each.slug);
  return (
    <Dialog
      open
      sticky
      wide
      onClose={onClose}
      title={`Start ${enrolmentToken.name}`}
      footer={
        <Button look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex flex-col gap-4 text-sm">
        <Note tone="warn">
          The token is shown only now. It works once, until {absolute(enrolmentToken.expiresAt).slice(0, 16)},
          and only for {enrolmentToken.environment.name}.
        </Note>
        <Step number={1} title="Write postern.toml beside the database">
          <CodeBlock label="postern.toml" code={agentToml(apiUrl, enrolmentToken.name, slugs)} />
        </Step>
        <Step number={2} title="Start the agent there">
          <CodeBlock label="Command" code={enrolCommand(token, slugs)} />
        </Step>
        <Arrival tokenId={enrolmentToken.id} />
      </div>
    </Dialog>
  );
}

function Step({ number, title, children }: { number: number; title: string; children: React.ReactNode }) {
  return (
    <section className="flex flex-col gap-2">
      <h3 className="font-medium">
        <span className="text-ink-3 mr-1.5">{number}.</span>
        {title}
      </h3>
      {children}
    </section>
  );
}

/** Waits for the agent to trade its token in, so that one need not guess whether it worked. */
function Arrival({ tokenId }: { tokenId: string }) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const used = useQuery({
    queryKey: ['enrolment', orgId, tokenId],
    queryFn: async () => {
      const { enrolmentTokens } = await request(enrolmentTokensDocument, { orgId });
      const arrived = Boolean(enrolmentTokens.find((each) => each.id === tokenId)?.usedAt);
      if (arrived) await queries.invalidateQueries({ queryKey: agentsKey(orgId) });
      return arrived;
    },
    refetchInterval: (query) => (query.state.data ? false : 2_000),
  });
  return (
    <p aria-live="polite" className="flex items-center gap-2 text-sm">
      {used.data ? (
        <>
          <Icon name="check" className="text-good" /> The agent is enrolled.
        </>
      ) : (
        <>
          <Spinner /> <span className="text-ink-2">Waiting for the agent…</span>
        </>
      )}
    </p>
  );
}
