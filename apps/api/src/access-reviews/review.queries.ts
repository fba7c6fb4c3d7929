import { PosternError } from '@postern/core/errors';
import { isAtLeast } from '../auth/actors.js';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import {
  countItems,
  findReview,
  type ItemCounts,
  listItems,
  listReviews,
  type ReviewItemRow,
  type ReviewRow,
} from './review.store.js';

const SHOWN = 200;

/** A review with how far it is. */
export type ReviewView = ReviewRow & ItemCounts;

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

export async function viewsOf(tx: Tx, reviews: readonly ReviewRow[]): Promise<ReviewView[]> {
  const counts = await countItems(
    tx,
    reviews.map(({ id }) => id),
  );
  return reviews.map((review) => ({
    ...review,
    ...(counts.get(review.id) ?? { total: 0, certified: 0, revoked: 0 }),
  }));
}

export const listAccessReviews = (db: TenantDb, actor: OrgActor): Promise<ReviewView[]> =>
  db.withOrg(actor.orgId, async (tx) => viewsOf(tx, await listReviews(tx, reviewerFilter(actor), SHOWN)));

export const listReviewItems = (db: TenantDb, actor: OrgActor, reviewId: string): Promise<ReviewItemRow[]> =>
  db.withOrg(actor.orgId, async (tx) => {
    const review = await requireReview(tx, reviewId);
    const filter = reviewerFilter(actor);
    const items = await listItems(tx, review.id, filter);
    if (filter !== undefined && items.length === 0) throw reviewNotFound(reviewId);
    return items;
  });
