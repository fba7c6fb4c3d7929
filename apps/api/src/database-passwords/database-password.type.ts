import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import { CountedPaged } from '../graphql/page.js';
import { User } from '../people/user.type.js';
import type { Lifetime } from './lifetime.js';

/** GraphQL's names of the lifetimes; the values are ours. */
export const LifetimeEnum = {
  ONE_HOUR: 'oneHour',
  EIGHT_HOURS: 'eightHours',
  ONE_DAY: 'oneDay',
  SEVEN_DAYS: 'sevenDays',
  THIRTY_DAYS: 'thirtyDays',
  NINETY_DAYS: 'ninetyDays',
} as const satisfies Record<string, Lifetime>;
registerEnumType(LifetimeEnum, { name: 'DatabasePasswordLifetime' });

@ObjectType({
  description:
    'What a person signs in with from psql and other PostgreSQL clients, in one environment. The password itself is not kept.',
})
export class DatabasePassword {
  orgId!: string;
  environmentId!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => User)
  user!: User;

  @Field()
  expiresAt!: Date;

  @Field()
  createdAt!: Date;
}

@ObjectType()
export class DatabasePasswordConnection extends CountedPaged(DatabasePassword, 'DatabasePassword') {}

@ObjectType({ description: '`password` is shown once.' })
export class DatabasePasswordPayload {
  @Field(() => DatabasePassword)
  databasePassword!: DatabasePassword;

  @Field()
  password!: string;
}
