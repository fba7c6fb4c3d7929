'use client';
import Link from 'next/link';
import { useState } from 'react';
import { Button } from '../../ui/button';
import { Confirm } from '../../ui/confirm';
import { count } from '../../ui/format';
import { PermissionBadges } from '../../ui/permission-badge';
import { FormError } from '../../ui/states';
import { Ago } from '../../ui/time';
import { notify } from '../../ui/toast';
import { useOrg } from '../shell/org-context';
import { type AccessRequest, useAccessRequests, useCloseRequest } from './use-requests';

/** Who asked, in the console, for what a refusal said was missing. Nothing where nobody waits. */
export function AccessRequests({ onGrant }: { onGrant: (request: AccessRequest) => void }) {
  const { canManage } = useOrg();
  const requests = useAccessRequests();
  const [declining, setDeclining] = useState<AccessRequest | null>(null);
  if (requests.error && !requests.data) return <FormError error={requests.error} />;
  if (!requests.data?.length) return null;
  return (
    <section
      aria-label="Requests for access"
      className="border-line bg-surface divide-line divide-y rounded-lg border"
    >
      <h2 className="px-4 py-2.5 text-sm font-medium">{count(requests.data.length, 'request')} for access</h2>
      {requests.data.map((request) => (
        <Waiting
          key={request.id}
          request={request}
          actions={
            canManage ? (
              <>
                <Button onClick={() => onGrant(request)}>Make a rule…</Button>
                <Button look="quiet-danger" onClick={() => setDeclining(request)}>
                  Decline
                </Button>
              </>
            ) : null
          }
        />
      ))}
      {declining ? <Decline request={declining} onClose={() => setDeclining(null)} /> : null}
    </section>
  );
}

function Waiting({ request, actions }: { request: AccessRequest; actions: React.ReactNode }) {
  const { slug } = useOrg();
  const { personName, personEmail, connection, permissions, reason, auditEventId, createdAt } = request;
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5 text-sm">
      <div className="min-w-0 flex-1 basis-72">
        <p>
          <span className="font-medium" title={personEmail}>
            {personName}
          </span>{' '}
          asks for <PermissionBadges permissions={permissions} /> on{' '}
          <code className="font-mono text-xs">{connection}</code>
        </p>
        <p className="text-ink-2 mt-0.5 break-words">
          {reason === '' ? <span className="text-ink-3">no reason given</span> : `“${reason}”`}
          <span className="text-ink-3">
            {' · '}
            <Ago at={createdAt} />
            {auditEventId ? (
              <>
                {' · '}
                <Link href={`/${slug}/audit?range=all&event=${auditEventId}`} className="underline">
                  what was refused
                </Link>
              </>
            ) : null}
          </span>
        </p>
      </div>
      {actions ? <div className="flex gap-2">{actions}</div> : null}
    </div>
  );
}

function Decline({ request, onClose }: { request: AccessRequest; onClose: () => void }) {
  const close = useCloseRequest(() => {
    notify('Request declined');
    onClose();
  });
  return (
    <Confirm
      open
      onClose={onClose}
      title={`Decline the request of ${request.personName}?`}
      confirm="Decline"
      onConfirm={() => close.mutate({ id: request.id, outcome: 'DECLINED' })}
      busy={close.isPending}
      error={close.error}
    >
      <p>Their access stays as it is. They can ask again at the next refusal; the audit trail keeps both.</p>
    </Confirm>
  );
}
