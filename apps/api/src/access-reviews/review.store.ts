import type { Tx } from '../tenancy/tenant-db.js';

export interface ReviewRow {
  id: string;
  orgId: string;
  name: string;
  connectionSlug: string | null;
  dueAt: Date;
  createdByLabel: string;
  createdAt: Date;
  closedByLabel: string | null;
  closedAt: Date | null;
}

export interface ReviewItemRow {
  id: string;
  orgId: string;
  reviewId: string;
  userId: string;
  userEmail: string;
  userName: string;
  connectionSlug: string;
  permissions: number;
  through: string[];
  reviewerId: string;
  reviewerEmail: string;
  decision: string | null;
  note: string;
  decidedByLabel: string | null;
  decidedAt: Date | null;
  outcome: string | null;
}

export async function insertReview(
  tx: Tx,
  review: Omit<ReviewRow, 'closedByLabel' | 'closedAt'>,
  items: readonly Omit<ReviewItemRow, 'decision' | 'note' | 'decidedByLabel' | 'decidedAt' | 'outcome'>[],
): Promise<void> {
  await tx.accessReview.createMany({ data: [review] });
  await tx.accessReviewItem.createMany({ data: [...items] });
}

export const findReview = (tx: Tx, id: string): Promise<ReviewRow | null> =>
  tx.accessReview.findUnique({ where: { id } });

/** Newest first: all of them, or those in which somebody is a reviewer. */
export const listReviews = (tx: Tx, reviewerId: string | undefined, take: number): Promise<ReviewRow[]> =>
  tx.accessReview.findMany({
    where: reviewerId === undefined ? {} : { items: { some: { reviewerId } } },
    orderBy: { id: 'desc' },
    take,
  });

export const listItems = (
  tx: Tx,
  reviewId: string,
  reviewerId: string | undefined,
): Promise<ReviewItemRow[]> =>
  tx.accessReviewItem.findMany({
    where: { reviewId, ...(reviewerId === undefined ? {} : { reviewerId }) },
    orderBy: [{ userEmail: 'asc' }, { connectionSlug: 'asc' }],
  });

export interface ItemCounts {
  total: number;
  certified: number;
  revoked: number;
}

/** How far reviews are, by review. */
export async function countItems(tx: Tx, reviewIds: readonly string[]): Promise<Map<string, ItemCounts>> {
  const rows = await tx.accessReviewItem.groupBy({
    by: ['reviewId', 'decision'],
    where: { reviewId: { in: [...reviewIds] } },
    _count: true,
  });
  const counts = new Map<string, ItemCounts>();
  for (const { reviewId, decision, _count } of rows) {
    const known = counts.get(reviewId) ?? { total: 0, certified: 0, revoked: 0 };
    known.total += _count;
    if (decision === 'certified') known.certified += _count;
    if (decision === 'revoked') known.revoked += _count;
    counts.set(reviewId, known);
  }
  return counts;
}

export async function setDecision(
  tx: Tx,
  id: string,
  decided: Pick<ReviewItemRow, 'decision' | 'note' | 'decidedByLabel' | 'decidedAt' | 'outcome'>,
): Promise<void> {
  await tx.accessReviewItem.updateMany({ where: { id }, data: decided });
}

/** False when it was closed before. */
export async function closeReviewRow(tx: Tx, id: string, by: string, at: Date): Promise<boolean> {
  const { count } = await tx.accessReview.updateMany({
    where: { id, closedAt: null },
    data: { closedByLabel: by, closedAt: at },
  });
  return count === 1;
}
