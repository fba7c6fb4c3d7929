import {
  type NamesResponse,
  namesResponse,
  type ObjectDetails,
  type ObjectKind,
  type ObjectsResponse,
  objectDetails,
  objectsResponse,
} from '@postern/agent/console-catalog';
import { type SessionsResponse, sessionsResponse } from '@postern/agent/console-sessions';
import { queryOptions } from '@tanstack/react-query';
import { get, post } from './client';

const of = (path: string, query: Readonly<Record<string, string>>) =>
  `/api/${path}?${new URLSearchParams(query)}`;

const KEPT_MS = 10 * 60_000;

/** Everything the tree shows. The browser's own cache answers when nothing has changed. */
export const objectsQuery = (connection: string) =>
  queryOptions({
    queryKey: ['catalog', connection, 'objects'],
    queryFn: ({ signal }): Promise<ObjectsResponse> =>
      get(of('catalog/objects', { connection }), objectsResponse, signal),
    staleTime: KEPT_MS,
    refetchOnWindowFocus: false,
  });

/** What the editor completes. */
export const namesQuery = (connection: string) =>
  queryOptions({
    queryKey: ['catalog', connection, 'names'],
    queryFn: ({ signal }): Promise<NamesResponse> =>
      get(of('catalog/names', { connection }), namesResponse, signal),
    staleTime: KEPT_MS,
    refetchOnWindowFocus: false,
  });

export interface ObjectId {
  readonly kind: ObjectKind;
  readonly oid: number;
}

export const objectQuery = (connection: string, { kind, oid }: ObjectId) =>
  queryOptions({
    queryKey: ['catalog', connection, 'object', kind, oid],
    queryFn: ({ signal }): Promise<ObjectDetails> =>
      get(of('catalog/object', { connection, kind, oid: String(oid) }), objectDetails, signal),
    staleTime: 15_000,
    retry: false,
  });

/** Often, while somebody looks. */
export const sessionsQuery = (connection: string) =>
  queryOptions({
    queryKey: ['sessions', connection],
    queryFn: ({ signal }): Promise<SessionsResponse> =>
      get(of('sessions', { connection }), sessionsResponse, signal),
    refetchInterval: 3_000,
  });

export async function stopOwnSession(connection: string, pid: number): Promise<void> {
  await post('/api/sessions/stop', { connection, pid });
}
