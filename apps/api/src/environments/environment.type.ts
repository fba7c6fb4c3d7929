import { Field, ID, Int, ObjectType } from '@nestjs/graphql';

@ObjectType()
export class Environment {
  orgId!: string;

  @Field(() => ID)
  id!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;

  @Field(() => Int, { description: 'Newest published policy version; 0 before the first.' })
  policyVersion!: number;

  @Field(() => Date, { nullable: true })
  policyPublishedAt!: Date | null;
}
