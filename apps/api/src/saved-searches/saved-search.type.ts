import { Field, ID, InputType, ObjectType } from '@nestjs/graphql';
import { User } from '../people/user.type.js';

const QUERY =
  "The search part of the audit page's address, without the question mark: `range=7d&decision=denied`.";

@ObjectType({ description: 'A search of the audit trail that somebody keeps.' })
export class SavedSearch {
  userId!: string;

  @Field(() => ID)
  id!: string;

  @Field()
  name!: string;

  @Field({ description: QUERY })
  query!: string;

  @Field({ description: 'Everybody who may search the trail sees it.' })
  isShared!: boolean;

  @Field(() => User)
  owner!: User;

  @Field()
  createdAt!: Date;

  @Field()
  updatedAt!: Date;
}

@InputType()
export class SavedSearchInput {
  @Field()
  name!: string;

  @Field({ description: QUERY })
  query!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether everybody who may search sees it; no by default.',
  })
  isShared?: boolean | null;
}
