import { Field, ID, ObjectType } from '@nestjs/graphql';
import { CountedPaged } from '../graphql/page.js';
import { User } from '../people/user.type.js';
import type { OrgRole } from '../tenancy/actor.js';
import { OrgRoleEnum } from './org.type.js';

@ObjectType()
export class Member {
  orgId!: string;
  userId!: string;

  @Field(() => ID)
  id!: string;

  @Field(() => User)
  user!: User;

  @Field(() => OrgRoleEnum)
  role!: OrgRole;

  @Field()
  joinedAt!: Date;
}

@ObjectType()
export class MemberConnection extends CountedPaged(Member, 'Member') {}
