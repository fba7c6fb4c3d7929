import { Field, ID, Int, ObjectType } from '@nestjs/graphql';
import { DbConnection } from '../connections/connection.type.js';
import { CountedPaged } from '../graphql/page.js';
import { User } from '../people/user.type.js';

@ObjectType({
  description:
    "An IAM rule in the words of the spec: connection `*` or a connection's slug; permissions; members `*`, `user:<email>`, `group:<slug>`.",
})
export class Rule {
  @Field(() => ID)
  id!: string;

  @Field()
  connection!: string;

  @Field(() => [String])
  permissions!: string[];

  @Field(() => [String])
  members!: string[];

  @Field()
  description!: string;

  @Field(() => Int, {
    description: 'Raised by every change; updateRule and deleteRule refuse a stale one.',
  })
  version!: number;

  @Field()
  createdAt!: Date;

  @Field()
  updatedAt!: Date;
}

@ObjectType()
export class RuleConnection extends CountedPaged(Rule, 'Rule') {}

@ObjectType({ description: "What one person's permissions on one connection would become." })
export class AccessChange {
  @Field(() => User)
  user!: User;

  @Field(() => DbConnection)
  connection!: DbConnection;

  @Field(() => [String])
  before!: string[];

  @Field(() => [String])
  after!: string[];

  @Field(() => [String])
  gained!: string[];

  @Field(() => [String])
  lost!: string[];
}

@ObjectType()
export class RuleChangePreview {
  @Field(() => [AccessChange])
  changes!: AccessChange[];

  @Field(() => Int, {
    description: 'All changes, also those beyond the first 200 that `changes` lists.',
  })
  totalCount!: number;
}

@ObjectType({ description: 'Which rules give a person which permission on a connection.' })
export class PermissionGrant {
  @Field()
  permission!: string;

  @Field(() => [Rule])
  rules!: Rule[];
}

@ObjectType()
export class EffectiveAccess {
  @Field(() => User)
  user!: User;

  @Field(() => DbConnection)
  connection!: DbConnection;

  @Field(() => [String])
  permissions!: string[];

  @Field(() => [PermissionGrant])
  grants!: PermissionGrant[];
}
