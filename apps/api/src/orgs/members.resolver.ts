import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import type { RequestContext } from '../graphql/context.js';
import { PageArgs } from '../graphql/page.js';
import { groupsOfUser } from '../groups/group.loader.js';
import { Group } from '../groups/group.type.js';
import type { OrgActor, OrgRole as Role } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { changeMemberRole } from './change-member-role.js';
import { listMembersPage } from './member.queries.js';
import { Member, MemberConnection } from './member.type.js';
import { OrgRoleEnum } from './org.type.js';
import { removeMember } from './remove-member.js';

@Resolver(() => Member)
export class MembersResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => MemberConnection)
  members(@Actor() actor: OrgActor, @Args() page: PageArgs): Promise<MemberConnection> {
    return listMembersPage(this.db, actor, page);
  }

  @OrgRole('admin')
  @Mutation(() => Member)
  changeMemberRole(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('role', { type: () => OrgRoleEnum }) role: Role,
  ): Promise<Member> {
    return changeMemberRole(this.db, actor, { id, role });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async removeMember(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<boolean> {
    await removeMember(this.db, actor, id);
    return true;
  }

  @ResolveField(() => [Group])
  groups(@Parent() member: Member, @Context() context: RequestContext): Promise<Group[]> {
    return groupsOfUser(this.db, context, member.orgId).load(member.userId);
  }
}
