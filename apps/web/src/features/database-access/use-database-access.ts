'use client';
import { useQuery } from '@tanstack/react-query';
import type {
  DatabaseAccessQuery,
  DatabasePasswordLifetime,
  DatabasePasswordsQuery,
} from '../../gql/graphql';
import { collect, PAGE_SIZE, request } from '../../graphql/client';
import { type Connection, useConnections } from '../connections/use-connections';
import { databaseAccessDocument, databasePasswordsDocument } from './database-access.queries';

export type Issued = DatabasePasswordsQuery['databasePasswords']['edges'][number]['node'];
export type WireAddress = DatabaseAccessQuery['environments'][number]['wireAddresses'][number];

/** One environment in which the viewer can work, or once could: their password there, and where to connect. */
export interface Access {
  environmentId: string;
  name: string;
  /** Connections on which the viewer has a permission. */
  connections: Connection[];
  addresses: WireAddress[];
  password: { id: string; createdAt: string; expiresAt: string } | undefined;
}

export const LIFETIMES: readonly { value: DatabasePasswordLifetime; label: string }[] = [
  { value: 'ONE_HOUR', label: '1 hour' },
  { value: 'EIGHT_HOURS', label: '8 hours' },
  { value: 'ONE_DAY', label: '1 day' },
  { value: 'SEVEN_DAYS', label: '7 days' },
  { value: 'THIRTY_DAYS', label: '30 days' },
  { value: 'NINETY_DAYS', label: '90 days' },
];

export const accessKey = (orgId: string) => ['database-access', orgId] as const;
export const issuedKey = (orgId: string) => ['database-access', orgId, 'everybody'] as const;

export function useDatabaseAccess(orgId: string) {
  const connections = useConnections(orgId);
  const access = useQuery({
    queryKey: accessKey(orgId),
    queryFn: () => request(databaseAccessDocument, { orgId }),
    refetchInterval: 15_000,
  });
  const rows = access.data && connections.data ? accessRows(access.data, connections.data) : undefined;
  return {
    rows,
    error: access.error ?? connections.error,
    refetch: () => Promise.all([access.refetch(), connections.refetch()]),
  };
}

export function accessRows(data: DatabaseAccessQuery, all: readonly Connection[]): Access[] {
  return data.environments.flatMap((environment) => {
    const connections = all.filter(
      (each) => each.environment.id === environment.id && each.viewerPermissions.length > 0,
    );
    const password = data.myDatabasePasswords.find((each) => each.environment.id === environment.id);
    if (connections.length === 0 && !password) return [];
    const { id: environmentId, name, wireAddresses: addresses } = environment;
    return [{ environmentId, name, connections, addresses, password }];
  });
}

/** Everybody's passwords, for those who see all. */
export function useIssuedPasswords(orgId: string, enabled: boolean) {
  return useQuery({
    queryKey: issuedKey(orgId),
    enabled,
    queryFn: () =>
      collect<Issued>(
        async (after) =>
          (await request(databasePasswordsDocument, { orgId, first: PAGE_SIZE, after })).databasePasswords,
      ),
  });
}
