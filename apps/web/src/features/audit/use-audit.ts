'use client';
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { AuditEventQuery, AuditEventsQuery } from '../../gql/graphql';
import { request } from '../../graphql/client';
import { auditEventDocument, auditEventsDocument } from './audit.queries';
import { type AuditSearch, apiFilter } from './audit-filter';

export type AuditRow = AuditEventsQuery['auditEvents']['edges'][number]['node'];
export type AuditDetail = AuditEventQuery['auditEvent'];

const PAGE = 50;
const LIVE_MS = 2_500;

export function useAuditEvents(orgId: string, search: AuditSearch, live: boolean) {
  return useInfiniteQuery({
    queryKey: ['audit', orgId, search, live],
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
    refetchInterval: live ? LIVE_MS : false,
    // A person reading page five must not have it pulled away by coming back to the window.
    refetchOnWindowFocus: false,
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
