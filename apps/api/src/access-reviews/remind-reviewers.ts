import type { AuditActor } from '@postern/core/audit';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { type ReviewView, requireReview, viewOf } from './review.queries.js';
import { countUndecided, listOpenReviews, type ReviewRow, setReminded } from './review.store.js';

const DAY_MS = 86_400_000;
const SYSTEM: AuditActor = { type: 'system', id: '', label: 'postern' };

/** Days before the due date (negative: after it) at which those who have not decided are reminded. */
export const REMINDER_DAYS = [7, 1, 0, -7, -14, -21, -28] as const;

/** Whether one of those days has come since the review began and since it was last reminded of. */
export function isReminderDue(
  review: Pick<ReviewRow, 'dueAt' | 'createdAt' | 'remindedAt'>,
  now: Date,
): boolean {
  const since = (review.remindedAt ?? review.createdAt).getTime();
  return REMINDER_DAYS.map((days) => review.dueAt.getTime() - days * DAY_MS).some(
    (at) => at > since && at <= now.getTime(),
  );
}

/** Records who is still to decide, and about how much: webhooks and the SIEM carry it on. False: nobody is. */
async function remind(
  tx: Tx,
  orgId: string,
  review: ReviewRow,
  { actor, now }: { actor: AuditActor; now: Date },
): Promise<boolean> {
  const waiting = await countUndecided(tx, [review.id]);
  if (waiting.length === 0) return false;
  if (!(await setReminded(tx, review, now))) return true;
  await recordChange(tx, orgId, {
    kind: 'access_review.reminded',
    actor,
    ...(actor.type === 'system' ? { path: 'api' } : {}),
    target: { type: 'access_review', id: review.id, label: review.name },
    after: {
      dueAt: review.dueAt.toISOString(),
      waiting: waiting.map(({ reviewerEmail, items }) => ({ reviewer: reviewerEmail, items })),
    },
  });
  return true;
}

/** An administrator reminds the reviewers of one review now. */
export function remindReviewers(db: TenantDb, actor: OrgActor, id: string): Promise<ReviewView> {
  return db.withOrg(actor.orgId, async (tx) => {
    const review = await requireReview(tx, id);
    if (review.closedAt !== null)
      throw new PosternError('access_review.closed', 'the review is closed', { fix: 'start another one' });
    if (!(await remind(tx, actor.orgId, review, { actor: auditActorOf(actor), now: new Date() })))
      throw new PosternError('input.invalid', 'everybody has decided', {
        field: 'id',
        fix: 'close the review',
      });
    return viewOf(tx, actor, id);
  });
}

/** Reminds of every open review of an organisation whose next reminder is due. */
export function remindOfDue(db: TenantDb, orgId: string, now: Date): Promise<void> {
  return db.withOrg(orgId, async (tx) => {
    for (const review of await listOpenReviews(tx))
      if (isReminderDue(review, now)) await remind(tx, orgId, review, { actor: SYSTEM, now });
  });
}
