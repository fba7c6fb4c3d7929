'use client';
import { useQuery } from '@tanstack/react-query';
import type { OrgRole, ViewerQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { viewerDocument } from './session.queries';

export type Viewer = NonNullable<ViewerQuery['viewer']>;

export const viewerKey = ['viewer'] as const;

/** Who is signed in: null when nobody is, undefined while it is not known. */
export function useViewer() {
  return useQuery({
    queryKey: viewerKey,
    queryFn: async () => (await request(viewerDocument, {})).viewer ?? null,
    staleTime: 60_000,
  });
}

/** Owners and admins change things; auditors see all and change nothing; members see their own. */
export const mayManage = (role: OrgRole): boolean => role === 'OWNER' || role === 'ADMIN';
export const maySeeAll = (role: OrgRole): boolean => mayManage(role) || role === 'AUDITOR';

export const ROLE_LABEL: Readonly<Record<OrgRole, string>> = {
  OWNER: 'Owner',
  ADMIN: 'Admin',
  AUDITOR: 'Auditor',
  MEMBER: 'Member',
};

export const ROLE_WHAT: Readonly<Record<OrgRole, string>> = {
  OWNER: 'everything, including who else is an owner',
  ADMIN: 'rules, connections, people and agents',
  AUDITOR: 'sees everything and changes nothing',
  MEMBER: 'uses the connections that rules give them',
};
