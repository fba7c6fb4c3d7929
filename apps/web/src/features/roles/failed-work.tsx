'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useState } from 'react';
import type { FailedWorkQuery } from '../../gql/graphql';
import { sentence } from '../../graphql/api-error';
import { request } from '../../graphql/client';
import { Button } from '../../ui/button';
import { TextField, Words } from '../../ui/field';
import { FormDialog } from '../../ui/form-dialog';
import { count } from '../../ui/format';
import { FormError } from '../../ui/states';
import { Tag } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { discardFailedWorkDocument, failedWorkDocument, retryFailedWorkDocument } from './roles.queries';
import { useRolesMutation } from './use-roles';

type Work = FailedWorkQuery['failedWork']['edges'][number]['node'];

const KINDS: Readonly<Record<string, string>> = {
  'roles.plan': 'Making a plan',
  'roles.scan': 'Looking for drift',
  'roles.apply': 'Applying a plan',
  'roles.generate': 'Generating a manifest',
};
const CLASSES: Readonly<Record<string, string>> = {
  transient: 'passing trouble',
  lock: 'somebody held a lock',
  permission: 'may not do it',
  missing: 'something is not there',
  manifest: 'the manifest',
  different: 'found something else',
  refused: 'the agent refuses',
  worker: 'job of the control plane',
  other: 'something else',
};

/** What failed and nobody has succeeded with since, of one connection or of all; nothing where there is none. */
export function FailedWork({ connectionId }: { connectionId?: string }) {
  const { orgId, canManage } = useOrg();
  const [discarding, setDiscarding] = useState<Work | null>(null);
  const failed = useQuery({
    queryKey: ['roles', orgId, connectionId ?? 'all', 'failed'],
    queryFn: async () =>
      (await request(failedWorkDocument, { orgId, connectionId: connectionId ?? null })).failedWork,
    refetchInterval: 15_000,
  });
  const again = useRolesMutation(
    (id: string, org) => request(retryFailedWorkDocument, { orgId: org, id }),
    () => notify('It will be tried again'),
  );
  if (!failed.data || failed.data.edges.length === 0) return null;
  return (
    <section aria-labelledby="failed" className="border-bad/30 bg-surface rounded-lg border">
      <h2 id="failed" className="border-line border-b px-4 py-2.5 text-sm font-semibold">
        Given up
      </h2>
      {again.error ? (
        <div className="px-4 pt-3">
          <FormError error={again.error} />
        </div>
      ) : null}
      <ul className="divide-line divide-y">
        {failed.data.edges.map(({ node }) => (
          <li key={node.id} className="flex flex-wrap items-start gap-3 px-4 py-2.5 text-sm">
            <What work={node} isOfAll={connectionId === undefined} />
            {canManage ? (
              <div className="flex gap-2">
                {node.canDiscard ? (
                  <Button look="quiet-danger" onClick={() => setDiscarding(node)}>
                    Discard
                  </Button>
                ) : null}
                <Button
                  busy={again.isPending && again.variables === node.id}
                  onClick={() => again.mutate(node.id)}
                >
                  Try again
                </Button>
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {failed.data.pageInfo.hasNextPage ? (
        <p className="border-line text-ink-3 border-t px-4 py-2 text-xs">
          The newest {failed.data.edges.length}; older ones are in the API’s failedWork.
        </p>
      ) : null}
      {discarding ? <Discard work={discarding} onClose={() => setDiscarding(null)} /> : null}
    </section>
  );
}

function What({ work, isOfAll }: { work: Work; isOfAll: boolean }) {
  const { slug } = useOrg();
  return (
    <div className="min-w-0 flex-1 basis-80">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{KINDS[work.kind] ?? <code>{work.kind}</code>}</span>
        {isOfAll && work.connectionSlug ? (
          <Link
            href={`/${slug}/connections/${encodeURIComponent(work.connectionSlug)}/roles`}
            className="text-accent font-mono text-xs hover:underline"
          >
            {work.connectionSlug}
          </Link>
        ) : null}
        <Tag>{CLASSES[work.failureClass] ?? work.failureClass}</Tag>
        <span className="text-ink-3 text-xs">
          <Ago at={work.failedAt} />, tried {count(work.attempts, 'time')}
        </span>
      </p>
      <p className="text-ink-2 mt-0.5">
        <Words text={sentence(work.message)} /> <Words text={sentence(work.fix)} />
      </p>
      {work.facts.length > 0 ? (
        <ul className="text-ink-2 mt-1 font-mono text-xs [overflow-wrap:anywhere]">
          {work.facts.slice(0, 5).map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

function Discard({ work, onClose }: { work: Work; onClose: () => void }) {
  const [reason, setReason] = useState('');
  const discard = useRolesMutation(
    (_: undefined, orgId) => request(discardFailedWorkDocument, { orgId, id: work.id, reason }),
    onClose,
  );
  return (
    <FormDialog
      sticky={reason !== ''}
      onClose={onClose}
      title="Discard this failure"
      description={
        work.isTask
          ? 'It goes from this list for everybody. Nothing is done about it, and nothing else changes.'
          : 'It goes from this list for everybody, and the plan that it was to make counts as failed.'
      }
      submit="Discard"
      back="Keep it"
      look="danger"
      disabled={reason.trim() === ''}
      busy={discard.isPending}
      error={discard.error}
      onSubmit={() => discard.mutate(undefined)}
    >
      <TextField
        label="Why"
        required
        maxLength={2_000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        hint="Stands in the audit trail."
      />
    </FormDialog>
  );
}
