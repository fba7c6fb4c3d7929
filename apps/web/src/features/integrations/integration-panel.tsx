'use client';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { sentence } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Panel } from '../../ui/dialog';
import { count } from '../../ui/format';
import { FormError, Note } from '../../ui/states';
import { Ago } from '../../ui/time';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { Deliveries } from './deliveries';
import { IntegrationHealth } from './health';
import { redriveDocument, rotateSecretDocument, testIntegrationDocument } from './integrations.queries';
import { SecretOnce } from './secret-once';
import { type Integration, KINDS, useRefresh, useSaveIntegration } from './use-integrations';

interface Props {
  integration: Integration;
  onClose: () => void;
  onEdit: () => void;
  onDelete: () => void;
}

export function IntegrationPanel({ integration, onClose, onEdit, onDelete }: Props) {
  const { orgId } = useOrg();
  const refresh = useRefresh();
  const { id, kind, name, enabled } = integration;
  const [secret, setSecret] = useState<string | null>(null);
  const test = useMutation({
    mutationFn: async () => (await request(testIntegrationDocument, { orgId, id })).testIntegration,
    onSuccess: refresh,
  });
  const rotate = useMutation({
    gcTime: 0,
    mutationFn: async () => (await request(rotateSecretDocument, { orgId, id })).rotateIntegrationSecret,
    onSuccess: (made) => setSecret(made.secret ?? null),
  });
  const redrive = useMutation({
    mutationFn: async () => (await request(redriveDocument, { orgId, id })).redriveDeliveries,
    onSuccess: (sent) => {
      refresh();
      notify(`${count(sent, 'delivery', 'deliveries')} will be sent again`);
    },
  });
  const turn = useSaveIntegration(integration);
  const turnTo = (on: boolean) => {
    const { url, format, eventTypes } = integration;
    turn.mutate({ name, kind, url, format, eventTypes, enabled: on });
  };
  const error = test.error ?? rotate.error ?? redrive.error ?? turn.error;
  if (secret) return <SecretOnce name={name} secret={secret} onClose={() => setSecret(null)} />;
  return (
    <Panel
      open
      wide
      onClose={onClose}
      title={name}
      description={`${KINDS[kind] ?? kind} to ${hostOf(integration.url)}`}
    >
      <div className="flex flex-col gap-5">
        <div className="flex flex-wrap gap-2">
          <Button busy={test.isPending} onClick={() => test.mutate()}>
            Send a test
          </Button>
          <Button onClick={onEdit}>Change</Button>
          {kind === 'webhook' ? (
            <Button busy={rotate.isPending} onClick={() => rotate.mutate()}>
              New secret
            </Button>
          ) : null}
          <Button busy={turn.isPending} onClick={() => turnTo(!enabled)}>
            {enabled ? 'Turn off' : 'Turn on'}
          </Button>
          <Button look="quiet-danger" onClick={onDelete}>
            Delete
          </Button>
        </div>
        {error ? <FormError error={error} /> : null}
        {integration.refusal ? (
          <Note tone="bad" title="Nothing is sent to this address">
            <p>
              {sentence(integration.refusal)} It was saved before that was a rule.{' '}
              {enabled ? 'Events wait in the trail: change' : 'Change'} the address or delete the integration.
            </p>
          </Note>
        ) : null}
        {test.data ? (
          <Note
            tone={test.data.ok ? 'good' : 'bad'}
            title={test.data.ok ? 'The test message arrived' : 'The test message did not arrive'}
          >
            {test.data.error ??
              `${test.data.status ? `Answered ${test.data.status}` : 'Taken'} after ${test.data.durationMs} ms`}
          </Note>
        ) : null}
        <dl className="grid grid-cols-[8rem_1fr] gap-x-4 gap-y-2 text-sm [&_dt]:text-ink-3">
          <dt>State</dt>
          <dd className="min-w-0">
            <IntegrationHealth integration={integration} />
          </dd>
          {integration.failingSince ? (
            <>
              <dt>Failing since</dt>
              <dd>
                <Ago at={integration.failingSince} />
              </dd>
            </>
          ) : null}
          <dt>Last delivered</dt>
          <dd>
            <Ago at={integration.lastDeliveredAt} />
          </dd>
          <dt>Not looked at yet</dt>
          <dd>{count(integration.behind, 'event')}</dd>
          <dt>Events</dt>
          <dd className="font-mono text-xs leading-5">{integration.eventTypes.join(' ')}</dd>
          {kind === 'webhook' ? null : (
            <>
              <dt>Format</dt>
              <dd>{integration.format === 'ocsf' ? 'OCSF 1.3.0' : 'JSON'}</dd>
            </>
          )}
        </dl>
        {kind === 'webhook' ? (
          <Deliveries
            integration={integration}
            onRedrive={() => redrive.mutate()}
            isRedriving={redrive.isPending}
          />
        ) : null}
      </div>
    </Panel>
  );
}

/** Addresses of webhooks are often secrets: people nearby need not read them. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
