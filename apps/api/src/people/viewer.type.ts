import { Field, ObjectType } from '@nestjs/graphql';
import { Org, OrgRoleEnum } from '../orgs/org.type.js';
import type { OrgRole } from '../tenancy/actor.js';
import { User } from './user.type.js';

@ObjectType()
export class ViewerMembership {
  @Field(() => Org)
  org!: Org;

  @Field(() => OrgRoleEnum)
  role!: OrgRole;
}

@ObjectType({ description: 'The signed-in person and the organisations they belong to.' })
export class Viewer {
  @Field(() => User)
  user!: User;

  @Field(() => [ViewerMembership])
  memberships!: ViewerMembership[];
}
