import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { OrgRole } from '../tenancy/actor.js';
import { OrgRoleEnum } from './org.type.js';

@ObjectType()
export class Invite {
  @Field(() => ID)
  id!: string;

  @Field()
  email!: string;

  @Field(() => OrgRoleEnum)
  role!: OrgRole;

  @Field()
  expiresAt!: Date;

  @Field()
  createdAt!: Date;
}

@ObjectType({ description: '`token` is shown once; whoever holds it can join as this e-mail address.' })
export class InvitePayload {
  @Field(() => Invite)
  invite!: Invite;

  @Field()
  token!: string;
}

@ObjectType()
export class InvitePreview {
  @Field()
  email!: string;

  @Field()
  orgName!: string;

  @Field(() => OrgRoleEnum)
  role!: OrgRole;

  @Field()
  hasAccount!: boolean;
}
