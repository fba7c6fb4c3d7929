'use client';
import Link from 'next/link';
import { absolute, count } from '../../ui/format';
import { Page, Well } from '../../ui/page';
import { EmptyState, ErrorState, Skeleton } from '../../ui/states';
import { Ago } from '../../ui/time';
import { useOrg } from '../shell/org-context';
import { ReviewActions } from './review-actions';
import { ReviewItems } from './review-items';
import { ReviewProgress, ReviewState } from './review-progress';
import { type Review, useItems, useReviews } from './use-reviews';

/** One review: what waits for whoever looks, what was decided, and for its owners how far everybody is. */
export function ReviewPage({ id }: { id: string }) {
  const { slug } = useOrg();
  const reviews = useReviews();
  const review = reviews.data?.find((each) => each.id === id);
  if (reviews.error && !reviews.data)
    return <ErrorState error={reviews.error} onRetry={() => reviews.refetch()} />;
  if (!reviews.data) return <Loading />;
  if (!review)
    return (
      <EmptyState
        icon="info"
        title="No such review"
        action={
          <Link href={`/${slug}/access-reviews`} className="text-accent text-sm font-medium hover:underline">
            All access reviews
          </Link>
        }
      >
        It does not exist, or nothing in it is yours to review.
      </EmptyState>
    );
  return <OneReview review={review} />;
}

function Loading() {
  return (
    <div className="mx-auto w-full max-w-[1320px] px-6 py-6" aria-busy="true">
      <Skeleton className="mb-6 h-5 w-56" />
      <Skeleton className="h-64 w-full" />
    </div>
  );
}

function OneReview({ review }: { review: Review }) {
  const { slug, canManage, canSeeAll } = useOrg();
  const items = useItems(review.id);
  return (
    <Page
      title={review.name}
      lead={
        <>
          Access to {review.connection ?? 'all connections'} as it was on{' '}
          {absolute(review.createdAt).slice(0, 16)}, started by {review.createdBy}.{' '}
          <Link href={`/${slug}/access-reviews`} className="text-accent underline">
            All reviews
          </Link>
        </>
      }
      actions={canManage ? <ReviewActions review={review} /> : null}
    >
      <div className="border-line bg-surface flex flex-wrap items-center gap-x-8 gap-y-3 rounded-lg border px-4 py-3 text-sm">
        <ReviewState review={review} />
        <ReviewProgress review={review} />
        <span className="text-ink-2">{count(review.revoked, 'revocation')}</span>
        {canSeeAll ? (
          <span className="text-ink-2">
            Reminded <Ago at={review.remindedAt} />
          </span>
        ) : null}
        {canSeeAll && items.data ? <Reviewers items={items.data} /> : null}
      </div>
      {items.error && !items.data ? (
        <Well>
          <ErrorState error={items.error} onRetry={() => items.refetch()} />
        </Well>
      ) : (
        <ReviewItems review={review} items={items.data} />
      )}
    </Page>
  );
}

/** Who has how much left. */
function Reviewers({ items }: { items: readonly { reviewerEmail: string; decision?: string | null }[] }) {
  const left = new Map<string, number>();
  for (const { reviewerEmail, decision } of items)
    left.set(reviewerEmail, (left.get(reviewerEmail) ?? 0) + (decision ? 0 : 1));
  return (
    <ul aria-label="Reviewers" className="text-ink-2 flex flex-wrap gap-x-4 gap-y-1">
      {[...left].map(([email, open]) => (
        <li key={email}>
          {email} <span className="text-ink-3">{open === 0 ? 'done' : `${open} left`}</span>
        </li>
      ))}
    </ul>
  );
}
