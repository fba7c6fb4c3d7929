import { Field, ID, ObjectType } from '@nestjs/graphql';
import { CountedPaged } from '../graphql/page.js';

@ObjectType()
export class Group {
  orgId!: string;

  @Field(() => ID)
  id!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;

  @Field()
  createdAt!: Date;
}

@ObjectType()
export class GroupConnection extends CountedPaged(Group, 'Group') {}
