import { PosternError } from '@postern/core/errors';
import { isAtLeast } from '../auth/actors.js';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countItems,
  countUndecided,
  findReview,
  type ItemCounts,
  listItems,
  listReviews,
  type ReviewItemRow,
  type ReviewRow,
} from './review.store.js';
import { type ItemUse, readUse } from './review-use.store.js';

const SHOWN = 200;

/** A review with how far it is, and how many of its items wait for the one who asks. */
export type ReviewView = ReviewRow & ItemCounts & { waitingForMe: number };

/** Whose items somebody may see: auditors and above all, others those they review themselves. */
const reviewerFilter = (actor: OrgActor): string | undefined =>
  isAtLeast(actor.role, 'auditor') ? undefined : actor.userId;

export const reviewNotFound = (id: string) =>
  new PosternError('access_review.not_found', `there is no access review \`${id}\` here`, {
    field: 'id',
    fix: 'reload the list',
  });

export async function requireReview(tx: Tx, id: string): Promise<ReviewRow> {
  const review = isUuid(id) ? await findReview(tx, id) : null;
  if (!review) throw reviewNotFound(id);
  return review;
}

export async function viewsOf(tx: Tx, actor: OrgActor, reviews: readonly ReviewRow[]): Promise<ReviewView[]> {
  const ids = reviews.map(({ id }) => id);
  const counts = await countItems(tx, ids);
  const waiting = await countUndecided(tx, ids, actor.userId);
  const waitingIn = new Map(waiting.map(({ reviewId, items }) => [reviewId, items]));
  return reviews.map((review) => ({
    ...review,
    ...(counts.get(review.id) ?? { total: 0, certified: 0, revoked: 0 }),
    waitingForMe: review.closedAt === null ? (waitingIn.get(review.id) ?? 0) : 0,
  }));
}

/** One review as the one who asks sees it. */
export async function viewOf(tx: Tx, actor: OrgActor, id: string): Promise<ReviewView> {
  const [view] = await viewsOf(tx, actor, [await requireReview(tx, id)]);
  if (!view) throw reviewNotFound(id);
  return view;
}

export const listAccessReviews = (db: TenantDb, actor: OrgActor): Promise<ReviewView[]> =>
  db.withOrg(actor.orgId, async (tx) =>
    viewsOf(tx, actor, await listReviews(tx, reviewerFilter(actor), SHOWN)),
  );

export const listReviewItems = (db: TenantDb, actor: OrgActor, reviewId: string): Promise<ReviewItemRow[]> =>
  db.withOrg(actor.orgId, async (tx) => {
    const review = await requireReview(tx, reviewId);
    const filter = reviewerFilter(actor);
    const items = await listItems(tx, review.id, filter);
    if (filter !== undefined && items.length === 0) throw reviewNotFound(reviewId);
    return items;
  });

/** How far back a use of access counts for a reviewer. */
export const USE_DAYS = 90;

/** What people did with the access that is reviewed, as far as the caller reviews it or may see all. */
export async function listReviewUse(db: TenantDb, actor: OrgActor, reviewId: string): Promise<ItemUse[]> {
  const items = await listReviewItems(db, actor, reviewId);
  const since = new Date(Date.now() - USE_DAYS * 86_400_000);
  return db.withOrgClient(actor.orgId, (client) => readUse(client, items, since));
}
