'use client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { Panel } from '../../ui/dialog';
import { absolute, bytes, count } from '../../ui/format';
import { Icon } from '../../ui/icons';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { ConnectionHealth } from '../connections/health';
import { environmentsKey } from '../publication/use-environments';
import { useOrg } from '../shell/org-context';
import { revokeAgentDocument } from './agents.queries';
import { PolicyVersion } from './policy-version';
import { type Agent, agentState, agentsKey } from './use-agents';

export function AgentPanel({ agent, onClose }: { agent: Agent; onClose: () => void }) {
  const { canManage, slug } = useOrg();
  const [revoking, setRevoking] = useState(false);
  const revocable = canManage && agent.status !== 'REVOKED';
  return (
    <Panel
      open
      onClose={onClose}
      title={agent.name}
      footer={
        <>
          {revocable ? (
            <Button look="quiet-danger" className="-ml-2 mr-auto" onClick={() => setRevoking(true)}>
              Revoke agent
            </Button>
          ) : null}
          <Button onClick={onClose}>Close</Button>
        </>
      }
    >
      <AgentFacts agent={agent} />
      <h3 className="mt-6 mb-2 text-sm font-medium">Databases</h3>
      {agent.connections.length === 0 ? (
        <p className="text-ink-3 text-sm">Its configuration names none.</p>
      ) : (
        <ul className="divide-line border-line divide-y rounded-lg border text-sm">
          {agent.connections.map((each) => (
            <li key={each.slug} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 px-3 py-2">
              <span className="min-w-0 flex-1 font-mono text-xs">{each.slug}</span>
              <ConnectionHealth health={each.status} />
              {each.detail ? <span className="text-ink-2 w-full text-xs">{each.detail}</span> : null}
            </li>
          ))}
        </ul>
      )}
      <p className="mt-4 text-sm">
        <Link href={`/${slug}/audit?range=24h&kind=policy.enforced`} className="text-accent hover:underline">
          Policies enforced in the last day
        </Link>
      </p>
      <Revoke agent={agent} open={revoking} onClose={() => setRevoking(false)} />
    </Panel>
  );
}

function AgentFacts({ agent }: { agent: Agent }) {
  const { slug } = useOrg();
  const state = agentState(agent);
  return (
    <dl className="grid grid-cols-[8rem_1fr] gap-x-3 gap-y-2.5 text-sm">
      <dt className="text-ink-3">Status</dt>
      <dd>
        <Status health={state.health}>{state.label}</Status>
      </dd>
      <dt className="text-ink-3">Environment</dt>
      <dd>{agent.environment.name}</dd>
      <dt className="text-ink-3">Policy</dt>
      <dd>
        <PolicyVersion agent={agent} />
        {agent.policyEnforcedAt ? (
          <span className="text-ink-2"> since {absolute(agent.policyEnforcedAt).slice(0, 19)}</span>
        ) : null}
      </dd>
      <dt className="text-ink-3">Last seen</dt>
      <dd>
        <Ago at={agent.lastSeenAt} />
      </dd>
      <dt className="text-ink-3">Audit waiting</dt>
      <dd>
        {agent.spoolDepth === 0
          ? 'everything delivered'
          : `${count(agent.spoolDepth, 'event')} on the agent’s disk, not delivered yet`}
        {agent.spool ? <SpoolRoom spool={agent.spool} /> : null}
      </dd>
      <dt className="text-ink-3">Version</dt>
      <dd>{agent.agentVersion}</dd>
      <dt className="text-ink-3">Memory</dt>
      <dd>{bytes(agent.rssBytes)}</dd>
      <dt className="text-ink-3">Enrolled</dt>
      <dd>{absolute(agent.enrolledAt).slice(0, 16)}</dd>
      {agent.revokedAt ? (
        <>
          <dt className="text-ink-3">Revoked</dt>
          <dd>{absolute(agent.revokedAt).slice(0, 16)}</dd>
        </>
      ) : (
        <>
          <dt className="text-ink-3">Clients</dt>
          <dd>
            {agent.wire ? (
              <Link
                href={`/${slug}/database-access?environment=${agent.environment.id}`}
                className="text-accent font-mono text-xs hover:underline"
              >
                {agent.wire.host}:{agent.wire.port}
              </Link>
            ) : (
              <span className="text-ink-3">psql and drivers are not served</span>
            )}
          </dd>
          <dt className="text-ink-3">SQL console</dt>
          <dd>
            <a
              href={agent.consoleUrl}
              target="_blank"
              rel="noreferrer"
              className="text-accent inline-flex items-center gap-1 hover:underline"
            >
              {agent.consoleUrl} <Icon name="external" className="size-3" />
            </a>
          </dd>
        </>
      )}
    </dl>
  );
}

function Revoke({ agent, open, onClose }: { agent: Agent; open: boolean; onClose: () => void }) {
  const { orgId } = useOrg();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => request(revokeAgentDocument, { orgId, id: agent.id }),
    onSuccess: () => {
      queries.invalidateQueries({ queryKey: agentsKey(orgId) });
      queries.invalidateQueries({ queryKey: environmentsKey(orgId) });
      onClose();
    },
  });
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Revoke ${agent.name}?`}
      confirm="Revoke agent"
      typed={agent.name}
      onConfirm={() => revoke.mutate()}
      busy={revoke.isPending}
      error={revoke.error}
    >
      <p>
        Its identity ends for good: it denies every statement at once, and its console signs nobody in. Audit
        events that it still holds are no longer accepted. To use the machine again, enrol it anew.
      </p>
    </Confirm>
  );
}

/** How much of its room the agent's spool takes, and what follows when there is none. */
function SpoolRoom({ spool }: { spool: NonNullable<Agent['spool']> }) {
  const { bytes: taken, quotaBytes, state, whenFull, lostEvents, oldestAt } = spool;
  return (
    <span className="text-ink-2 flex flex-col">
      <span>
        {bytes(taken)} {quotaBytes ? `of ${bytes(quotaBytes)}` : 'taken'}
        {oldestAt ? `, the oldest from ${absolute(oldestAt).slice(0, 19)}` : ''}
      </span>
      {state === 'ok' ? null : (
        <Status health={state === 'full' ? 'bad' : 'warn'}>
          {state === 'low'
            ? 'Room is running out'
            : whenFull === 'refuse'
              ? 'No room: statements are refused'
              : 'No room: statements run without being recorded'}
        </Status>
      )}
      {lostEvents > 0 ? <span>{count(lostEvents, 'event')} not recorded so far</span> : null}
    </span>
  );
}
