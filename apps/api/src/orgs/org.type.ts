import { Field, ID, ObjectType, registerEnumType } from '@nestjs/graphql';
import type { OrgRole } from '../tenancy/actor.js';

/** GraphQL's names of the roles; the values are ours. */
export const OrgRoleEnum = {
  OWNER: 'owner',
  ADMIN: 'admin',
  AUDITOR: 'auditor',
  MEMBER: 'member',
} as const satisfies Record<string, OrgRole>;
registerEnumType(OrgRoleEnum, {
  name: 'OrgRole',
  description: 'What a member may do in Postern itself; databases are the business of rules.',
});

@ObjectType()
export class Org {
  @Field(() => ID)
  id!: string;

  @Field()
  slug!: string;

  @Field()
  name!: string;

  @Field()
  createdAt!: Date;
}
