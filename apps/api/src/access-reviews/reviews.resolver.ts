import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { closeReview } from './close-review.js';
import { createReview } from './create-review.js';
import { decideItems } from './decide-items.js';
import { remindReviewers } from './remind-reviewers.js';
import { reopenItems } from './reopen-items.js';
import { listAccessReviews, listReviewItems, listReviewUse } from './review.queries.js';
import {
  AccessReview,
  AccessReviewInput,
  AccessReviewItem,
  AccessReviewUse,
  ReviewDecision,
  toItem,
  toReview,
  toUse,
} from './review.type.js';

@Resolver(() => AccessReview)
export class ReviewsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => [AccessReview], { description: 'Auditors see all, others those in which they review.' })
  async accessReviews(@Actor() actor: OrgActor): Promise<AccessReview[]> {
    return (await listAccessReviews(this.db, actor)).map(toReview);
  }

  @OrgRole('member')
  @Query(() => [AccessReviewItem])
  async accessReviewItems(
    @Actor() actor: OrgActor,
    @Args('reviewId', { type: () => ID }) reviewId: string,
  ): Promise<AccessReviewItem[]> {
    return (await listReviewItems(this.db, actor, reviewId)).map(toItem);
  }

  @OrgRole('member')
  @Query(() => [AccessReviewUse])
  async accessReviewUse(
    @Actor() actor: OrgActor,
    @Args('reviewId', { type: () => ID }) reviewId: string,
  ): Promise<AccessReviewUse[]> {
    return (await listReviewUse(this.db, actor, reviewId)).map(toUse);
  }

  @OrgRole('admin')
  @Mutation(() => AccessReview)
  async createAccessReview(
    @Actor() actor: OrgActor,
    @Args('review') review: AccessReviewInput,
  ): Promise<AccessReview> {
    return toReview(await createReview(this.db, actor, review));
  }

  @OrgRole('member')
  @Mutation(() => [AccessReviewItem], {
    description: 'The reviewer of an item decides, or an administrator.',
  })
  async decideAccess(
    @Actor() actor: OrgActor,
    @Args('reviewId', { type: () => ID }) reviewId: string,
    @Args('itemIds', { type: () => [ID] }) itemIds: string[],
    @Args('decision', { type: () => ReviewDecision }) decision: ReviewDecision,
    @Args('note', { type: () => String, nullable: true }) note: string | null,
  ): Promise<AccessReviewItem[]> {
    return (await decideItems(this.db, actor, { reviewId, itemIds, decision, note })).map(toItem);
  }

  @OrgRole('member')
  @Mutation(() => [AccessReviewItem], {
    description: 'Takes certifications back. A revocation changed rules, so it stays.',
  })
  async reopenAccess(
    @Actor() actor: OrgActor,
    @Args('reviewId', { type: () => ID }) reviewId: string,
    @Args('itemIds', { type: () => [ID] }) itemIds: string[],
  ): Promise<AccessReviewItem[]> {
    return (await reopenItems(this.db, actor, { reviewId, itemIds })).map(toItem);
  }

  @OrgRole('admin')
  @Mutation(() => AccessReview, {
    description: 'Reminds those who have not decided yet: an audit event, for webhooks that want it.',
  })
  async remindReviewers(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AccessReview> {
    return toReview(await remindReviewers(this.db, actor, id));
  }

  @OrgRole('admin')
  @Mutation(() => AccessReview)
  async closeAccessReview(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AccessReview> {
    return toReview(await closeReview(this.db, actor, id));
  }
}
