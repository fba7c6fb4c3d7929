import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { CountedPaged } from '../graphql/page.js';

@ObjectType({
  description:
    'A database that people reach through an agent: metadata only, the password stays with the agent.',
})
export class DbConnection {
  orgId!: string;
  environmentId!: string;

  @Field(() => ID)
  id!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;

  @Field()
  description!: string;

  @Field(() => Int)
  statementTimeoutMs!: number;

  @Field(() => Int)
  lockTimeoutMs!: number;

  @Field(() => Int)
  idleInTransactionTimeoutMs!: number;

  @Field(() => Int)
  rowCap!: number;

  @Field()
  createdAt!: Date;
}

@ObjectType()
export class DbConnectionConnection extends CountedPaged(DbConnection, 'DbConnection') {}
