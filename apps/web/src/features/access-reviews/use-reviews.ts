'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type {
  AccessReviewItemsQuery,
  AccessReviewsQuery,
  AccessReviewUseQuery,
  DecideAccessMutation,
  ReviewDecision,
} from '../../gql/graphql';
import { request } from '../../graphql/client';
import { useOrg } from '../shell/org-context';
import {
  accessReviewItemsDocument,
  accessReviewsDocument,
  accessReviewUseDocument,
  decideAccessDocument,
  reopenAccessDocument,
} from './reviews.queries';

export type Review = AccessReviewsQuery['accessReviews'][number];
export type Item = AccessReviewItemsQuery['accessReviewItems'][number];
export type Use = AccessReviewUseQuery['accessReviewUse'][number];
type Decided = DecideAccessMutation['decideAccess'][number];

export const reviewsKey = (orgId: string) => ['access-reviews', orgId] as const;
const itemsKey = (orgId: string, id: string) => ['access-review-items', orgId, id] as const;

/** The api takes this many at once. */
const AT_ONCE = 200;
const AGAIN_MS = 60_000;

export function useReviews() {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: reviewsKey(orgId),
    queryFn: async () => (await request(accessReviewsDocument, { orgId })).accessReviews,
    refetchInterval: AGAIN_MS,
  });
}

/** Decisions that wait for the viewer, in all reviews. */
export function useWaitingForMe(): number {
  return (useReviews().data ?? []).reduce((sum, { waitingForMe }) => sum + waitingForMe, 0);
}

export function useItems(reviewId: string) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: itemsKey(orgId, reviewId),
    queryFn: async () => (await request(accessReviewItemsDocument, { orgId, reviewId })).accessReviewItems,
    refetchInterval: AGAIN_MS,
  });
}

/** By item. Slower than the items, so it comes after them. */
export function useUses(reviewId: string) {
  const { orgId } = useOrg();
  return useQuery({
    queryKey: ['access-review-use', orgId, reviewId],
    queryFn: async () => {
      const { accessReviewUse } = await request(accessReviewUseDocument, { orgId, reviewId });
      return new Map(accessReviewUse.map((use) => [use.itemId, use]));
    },
    staleTime: 600_000,
    retry: false,
  });
}

export interface Deciding {
  ids: readonly string[];
  decision: ReviewDecision | null;
  note?: string;
}

/** Decides, or with no decision takes certifications back. What was changed shows at once, before all has been sent. */
export function useDecide(reviewId: string) {
  const { orgId } = useOrg();
  const client = useQueryClient();
  const key = itemsKey(orgId, reviewId);
  const put = (changed: readonly Decided[]) => {
    const byId = new Map(changed.map((item) => [item.id, item]));
    client.setQueryData<Item[]>(key, (items) => items?.map((item) => ({ ...item, ...byId.get(item.id) })));
  };
  const send = async (ids: readonly string[], { decision, note }: Deciding): Promise<Decided[]> => {
    const itemIds = [...ids];
    if (decision === null)
      return (await request(reopenAccessDocument, { orgId, reviewId, itemIds })).reopenAccess;
    const asked = { orgId, reviewId, itemIds, decision, note: note || null };
    return (await request(decideAccessDocument, asked)).decideAccess;
  };
  return useMutation({
    mutationFn: async (deciding: Deciding) => {
      const changed: Decided[] = [];
      for (let at = 0; at < deciding.ids.length; at += AT_ONCE) {
        const part = await send(deciding.ids.slice(at, at + AT_ONCE), deciding);
        put(part);
        changed.push(...part);
      }
      return changed;
    },
    // Of many some may have been decided before one failed.
    onError: () => {
      void client.invalidateQueries({ queryKey: key });
    },
    // Not waited for: the next decision need not wait for the counts.
    onSettled: () => {
      void client.invalidateQueries({ queryKey: reviewsKey(orgId) });
    },
  });
}
