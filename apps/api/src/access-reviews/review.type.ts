import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { permissionsOf } from '@postern/core/policy';
import { type ReviewView, USE_DAYS } from './review.queries.js';
import type { ReviewItemRow } from './review.store.js';
import type { ItemUse } from './review-use.store.js';

export enum ReviewDecision {
  CERTIFIED = 'certified',
  REVOKED = 'revoked',
}
registerEnumType(ReviewDecision, { name: 'ReviewDecision' });

@ObjectType({ description: "A campaign in which people certify or revoke others' access." })
export class AccessReview {
  @Field(() => ID) id!: string;
  @Field() name!: string;
  @Field(() => String, { nullable: true, description: 'The one connection it is about; null: all.' })
  connection!: string | null;
  @Field() dueAt!: Date;
  @Field() createdBy!: string;
  @Field() createdAt!: Date;
  @Field(() => String, { nullable: true }) closedBy!: string | null;
  @Field(() => Date, { nullable: true }) closedAt!: Date | null;
  @Field(() => Date, { nullable: true, description: 'When its reviewers were reminded last.' })
  remindedAt!: Date | null;
  @Field(() => Int) total!: number;
  @Field(() => Int) certified!: number;
  @Field(() => Int) revoked!: number;
  @Field(() => Int, { description: 'Items that the caller has to decide about.' }) waitingForMe!: number;
}

@ObjectType({ description: 'One person on one connection, as it was when the review began.' })
export class AccessReviewItem {
  @Field(() => ID) id!: string;
  @Field(() => ID) userId!: string;
  @Field() userName!: string;
  @Field() userEmail!: string;
  @Field() connection!: string;
  @Field(() => [String]) permissions!: string[];
  @Field(() => [String], { description: 'The rules that gave it, in words.' }) through!: string[];
  @Field(() => ID) reviewerId!: string;
  @Field() reviewerEmail!: string;
  @Field(() => ReviewDecision, { nullable: true }) decision!: ReviewDecision | null;
  @Field() note!: string;
  @Field(() => String, { nullable: true }) decidedBy!: string | null;
  @Field(() => Date, { nullable: true }) decidedAt!: Date | null;
  @Field(() => String, { nullable: true, description: 'What followed from a revocation.' })
  outcome!: string | null;
}

@ObjectType({ description: `What somebody did with the access of one item in the last ${USE_DAYS} days.` })
export class AccessReviewUse {
  @Field(() => ID) itemId!: string;
  @Field(() => Date, { nullable: true, description: 'Their last allowed statement there.' })
  lastUsedAt!: Date | null;
  @Field(() => [String], { description: 'Permissions that their allowed statements needed.' })
  used!: string[];
}

@InputType()
export class AccessReviewInput {
  @Field() name!: string;
  @Field() dueAt!: Date;
  @Field(() => String, { nullable: true }) connection?: string | null;
  @Field(() => [ID]) reviewerIds!: string[];
}

export const toReview = ({
  connectionSlug,
  createdByLabel,
  closedByLabel,
  ...row
}: ReviewView): AccessReview =>
  Object.assign(new AccessReview(), {
    ...row,
    connection: connectionSlug,
    createdBy: createdByLabel,
    closedBy: closedByLabel,
  });

export const toUse = ({ used, ...row }: ItemUse): AccessReviewUse =>
  Object.assign(new AccessReviewUse(), { ...row, used: permissionsOf(used) });

export const toItem = ({
  connectionSlug,
  permissions,
  decidedByLabel,
  ...row
}: ReviewItemRow): AccessReviewItem =>
  Object.assign(new AccessReviewItem(), {
    ...row,
    connection: connectionSlug,
    permissions: permissionsOf(permissions),
    decidedBy: decidedByLabel,
  });
