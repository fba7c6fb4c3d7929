import { absolute } from '../../ui/format';
import { Status } from '../../ui/status-dot';
import { useNow } from '../../ui/time';
import type { Review } from './use-reviews';

const DAY_MS = 86_400_000;

/** How far a review is: a bar and the number. */
export function ReviewProgress({
  review,
}: {
  review: Pick<Review, 'name' | 'total' | 'certified' | 'revoked'>;
}) {
  const decided = review.certified + review.revoked;
  return (
    <span className="flex w-36 flex-col gap-1">
      <span className="text-ink-2 text-xs tabular-nums">
        {decided} of {review.total} decided
      </span>
      <progress
        aria-label={`${review.name}: decided`}
        max={Math.max(1, review.total)}
        value={decided}
        className="[&::-webkit-progress-bar]:bg-hover [&::-webkit-progress-value]:bg-accent-fill h-1 w-full overflow-hidden rounded"
      />
    </span>
  );
}

/** Open until when, overdue, or closed. */
export function ReviewState({
  review,
}: {
  review: Pick<Review, 'dueAt' | 'closedAt' | 'total' | 'certified' | 'revoked'>;
}) {
  const now = useNow();
  const day = absolute(review.dueAt).slice(0, 10);
  const undecided = review.total - review.certified - review.revoked;
  if (review.closedAt)
    return <Status health="off">Closed{undecided > 0 ? `, ${undecided} undecided` : ''}</Status>;
  if (undecided === 0) return <Status health="good">All decided</Status>;
  const left = Date.parse(review.dueAt) - now;
  if (left < 0) return <Status health="bad">Overdue since {day}</Status>;
  return <Status health={left < 7 * DAY_MS ? 'warn' : 'good'}>Due {day}</Status>;
}
