import { Field, InputType, Int } from '@nestjs/graphql';

@InputType()
export class ConnectionInput {
  @Field()
  name!: string;

  @Field(() => String, { nullable: true })
  description?: string;

  @Field(() => Int, { nullable: true })
  statementTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  lockTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  idleInTransactionTimeoutMs?: number;

  @Field(() => Int, { nullable: true })
  rowCap?: number;
}
