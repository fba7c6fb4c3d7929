import type { SystemDb } from '../tenancy/system-db.js';
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
  remindedAt: Date | null;
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
  review: Omit<ReviewRow, 'closedByLabel' | 'closedAt' | 'remindedAt'>,
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

/** What is not decided yet, by reviewer, in the reviews given. */
export async function countUndecided(
  tx: Tx,
  reviewIds: readonly string[],
  reviewerId?: string,
): Promise<{ reviewId: string; reviewerEmail: string; items: number }[]> {
  const rows = await tx.accessReviewItem.groupBy({
    by: ['reviewId', 'reviewerEmail'],
    where: {
      reviewId: { in: [...reviewIds] },
      decision: null,
      ...(reviewerId === undefined ? {} : { reviewerId }),
    },
    _count: true,
    orderBy: { reviewerEmail: 'asc' },
  });
  return rows.map(({ _count, ...row }) => ({ ...row, items: _count }));
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

/** Takes certifications back; answers with how many there were. */
export async function clearCertified(tx: Tx, ids: readonly string[]): Promise<number> {
  const { count } = await tx.accessReviewItem.updateMany({
    where: { id: { in: [...ids] }, decision: 'certified' },
    data: { decision: null, note: '', outcome: null, decidedByLabel: null, decidedAt: null },
  });
  return count;
}

/** False when somebody else reminded since the row was read. */
export async function setReminded(tx: Tx, { id, remindedAt }: ReviewRow, at: Date): Promise<boolean> {
  const { count } = await tx.accessReview.updateMany({ where: { id, remindedAt }, data: { remindedAt: at } });
  return count === 1;
}

export const listOpenReviews = (tx: Tx): Promise<ReviewRow[]> =>
  tx.accessReview.findMany({ where: { closedAt: null }, orderBy: { id: 'asc' } });

/** Organisations with a review that is open and due between two instants. */
export async function orgsWithReviewsDue(db: SystemDb, from: Date, to: Date): Promise<string[]> {
  const rows = await db.query<{ org_id: string }>(
    'select distinct org_id from access_review where closed_at is null and due_at between $1 and $2',
    [from, to],
  );
  return rows.map(({ org_id }) => org_id);
}
