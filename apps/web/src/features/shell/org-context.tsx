'use client';
import { createContext, type ReactNode, useContext } from 'react';
import type { OrgRole } from '../../gql/graphql';
import { mayManage, maySeeAll, type Viewer } from '../session/use-viewer';

export interface OrgScope {
  orgId: string;
  slug: string;
  name: string;
  role: OrgRole;
  viewer: Viewer;
  /** May change rules, connections, groups, people and agents. */
  canManage: boolean;
  /** May see what concerns others too: rules, people's access, the audit trail. */
  canSeeAll: boolean;
}

const Context = createContext<OrgScope | null>(null);

export function OrgProvider({
  viewer,
  membership,
  children,
}: {
  viewer: Viewer;
  membership: Viewer['memberships'][number];
  children: ReactNode;
}) {
  const { org, role } = membership;
  const scope: OrgScope = {
    orgId: org.id,
    slug: org.slug,
    name: org.name,
    role,
    viewer,
    canManage: mayManage(role),
    canSeeAll: maySeeAll(role),
  };
  return <Context value={scope}>{children}</Context>;
}

/** The organisation of this page and what the viewer may do in it. The api decides; this only hides dead buttons. */
export function useOrg(): OrgScope {
  const scope = useContext(Context);
  if (!scope) throw new Error('useOrg outside of an organisation');
  return scope;
}
