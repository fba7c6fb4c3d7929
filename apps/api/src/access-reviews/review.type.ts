import { Field, ID, InputType, Int, ObjectType, registerEnumType } from '@nestjs/graphql';
import { permissionsOf } from '@postern/core/policy';
import type { ReviewView } from './review.queries.js';
import type { ReviewItemRow } from './review.store.js';

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
  @Field(() => Date, { nullable: true }) closedAt!: Date | null;
  @Field(() => Int) total!: number;
  @Field(() => Int) certified!: number;
  @Field(() => Int) revoked!: number;
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

@InputType()
export class AccessReviewInput {
  @Field() name!: string;
  @Field() dueAt!: Date;
  @Field(() => String, { nullable: true }) connection?: string | null;
  @Field(() => [ID]) reviewerIds!: string[];
}

export const toReview = ({ connectionSlug, createdByLabel, ...row }: ReviewView): AccessReview =>
  Object.assign(new AccessReview(), { ...row, connection: connectionSlug, createdBy: createdByLabel });

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
