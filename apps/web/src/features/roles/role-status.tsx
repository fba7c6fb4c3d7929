'use client';
import { useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import type { RoleState } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { Status } from '../../ui/status-dot';
import { Ago } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { roleStatusDocument } from './roles.queries';
import { ROLE_STATES } from './states';

export function RoleStateLabel({ state, reason }: { state: RoleState; reason?: string | null | undefined }) {
  const { label, health } = ROLE_STATES[state];
  return (
    <Status health={health} {...(reason ? { title: reason } : {})}>
      {label}
    </Status>
  );
}

/** One line for a connection's own panel: is the database as its manifest says, and the way to more. */
export function RoleStatusLine({ connection }: { connection: { id: string; slug: string } }) {
  const { orgId, slug } = useOrg();
  const roles = useQuery({
    queryKey: ['roles', orgId, connection.id, 'status'],
    queryFn: async () =>
      (await request(roleStatusDocument, { orgId, connectionId: connection.id })).connectionRoles,
    refetchInterval: 15_000,
  });
  const href = `/${slug}/connections/${encodeURIComponent(connection.slug)}/roles`;
  const link = (text: string) => (
    <Link href={href} className="text-accent hover:underline">
      {text}
    </Link>
  );
  if (roles.error) return link('Open');
  if (!roles.data) return <span className="text-ink-3">…</span>;
  const { status, manifest, livePlan } = roles.data;
  if (!manifest) return <span>Not managed. {link('Bring under Postern’s care')}</span>;
  return (
    <span className="flex flex-wrap items-center gap-x-2">
      <RoleStateLabel state={status.state} reason={status.reason} />
      <span className="text-ink-3 text-xs">
        looked at <Ago at={status.checkedAt} />
      </span>
      {link(livePlan?.state === 'PENDING' ? 'A plan waits for approval' : 'Manage')}
    </span>
  );
}
