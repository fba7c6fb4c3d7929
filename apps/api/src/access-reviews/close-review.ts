import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { type ReviewView, requireReview, viewOf } from './review.queries.js';
import { closeReviewRow } from './review.store.js';

/** Ends a review. What was not decided stays so, and the evidence says it. */
export function closeReview(db: TenantDb, actor: OrgActor, id: string): Promise<ReviewView> {
  return db.withOrg(actor.orgId, async (tx) => {
    const review = await requireReview(tx, id);
    if (!(await closeReviewRow(tx, review.id, actor.email, new Date())))
      throw new PosternError('access_review.closed', 'the review is closed already', {
        fix: 'reload the list',
      });
    const view = await viewOf(tx, actor, id);
    const { total, certified, revoked } = view;
    await recordChange(tx, actor.orgId, {
      kind: 'access_review.closed',
      actor: auditActorOf(actor),
      target: { type: 'access_review', id: review.id, label: review.name },
      after: { certified, revoked, undecided: total - certified - revoked },
    });
    return view;
  });
}
