'use client';
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type {
  AuditEventQuery,
  AuditEventsQuery,
  AuditSummaryQuery,
  SavedSearchesQuery,
} from '../../gql/graphql';
import { request } from '../../graphql/client';
import {
  auditEventDocument,
  auditEventsDocument,
  auditSummaryDocument,
  createSavedSearchDocument,
  deleteSavedSearchDocument,
  savedSearchesDocument,
  updateSavedSearchDocument,
} from './audit.queries';
import { type AuditSearch, apiFilter } from './audit-filter';

export type AuditRow = AuditEventsQuery['auditEvents']['edges'][number]['node'];
export type AuditDetail = AuditEventQuery['auditEvent'];
export type Summary = AuditSummaryQuery['auditSummary'];
export type Facet = Summary['facets'][number];
export type SavedSearch = SavedSearchesQuery['savedSearches'][number];

const PAGE = 50;

export const auditKey = (orgId: string) => ['audit', orgId] as const;

export function useAuditEvents(orgId: string, search: AuditSearch, live: boolean) {
  return useInfiniteQuery({
    queryKey: [...auditKey(orgId), 'events', search, live],
    queryFn: async ({ pageParam }) => {
      const filter = apiFilter(search, Date.now());
      return (await request(auditEventsDocument, { orgId, filter, first: PAGE, after: pageParam }))
        .auditEvents;
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => (page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null),
    placeholderData: keepPreviousData,
    // Live shows the newest page only: refreshing many pages every few seconds helps nobody.
    maxPages: live ? 1 : undefined,
    // A person reading page five must not have it pulled away by coming back to the window.
    refetchOnWindowFocus: false,
  });
}

const BUCKETS = 60;

export function useAuditSummary(orgId: string, search: AuditSearch) {
  return useQuery({
    queryKey: [...auditKey(orgId), 'summary', search],
    queryFn: async () => {
      const filter = apiFilter(search, Date.now());
      return (await request(auditSummaryDocument, { orgId, filter, buckets: BUCKETS })).auditSummary;
    },
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
    // Counts of a moment ago are good enough while events stream in.
    staleTime: 5_000,
  });
}

export function useAuditEvent(orgId: string, id: string) {
  return useQuery({
    queryKey: ['audit-event', orgId, id],
    queryFn: async () => (await request(auditEventDocument, { orgId, id })).auditEvent,
    // Nothing of an event changes except that its outcome arrives.
    refetchInterval: (query) => {
      const event = query.state.data;
      return event?.kind === 'statement.decided' && event.decision === 'allowed' && !event.outcome
        ? 3_000
        : false;
    },
  });
}

const savedKey = (orgId: string) => ['saved-searches', orgId] as const;

export function useSavedSearches(orgId: string) {
  return useQuery({
    queryKey: savedKey(orgId),
    queryFn: async () => (await request(savedSearchesDocument, { orgId })).savedSearches,
  });
}

export function useSaveSearch(orgId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (search: { name: string; query: string; isShared: boolean }) =>
      request(createSavedSearchDocument, { orgId, search }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey(orgId) }),
  });
}

export function useChangeSavedSearch(orgId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...search }: { id: string; name: string; query: string; isShared: boolean }) =>
      request(updateSavedSearchDocument, { orgId, id, search }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey(orgId) }),
  });
}

export function useDeleteSavedSearch(orgId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request(deleteSavedSearchDocument, { orgId, id }),
    onSuccess: () => client.invalidateQueries({ queryKey: savedKey(orgId) }),
  });
}
