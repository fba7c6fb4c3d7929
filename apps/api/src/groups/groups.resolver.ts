import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import type { RequestContext } from '../graphql/context.js';
import { PageArgs } from '../graphql/page.js';
import { User } from '../people/user.type.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { createGroup } from './create-group.js';
import { deleteGroup } from './delete-group.js';
import { memberCountOfGroup, peopleOfGroup, ruleCountOfGroup } from './group.loader.js';
import { listGroupsPage } from './group.queries.js';
import { Group, GroupConnection } from './group.type.js';
import { setGroupMembers } from './set-group-members.js';
import { updateGroup } from './update-group.js';

@Resolver(() => Group)
export class GroupsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => GroupConnection)
  groups(@Actor() actor: OrgActor, @Args() page: PageArgs): Promise<GroupConnection> {
    return listGroupsPage(this.db, actor, page);
  }

  @OrgRole('admin')
  @Mutation(() => Group)
  createGroup(
    @Actor() actor: OrgActor,
    @Args('slug') slug: string,
    @Args('name') name: string,
  ): Promise<Group> {
    return createGroup(this.db, actor, { slug, name });
  }

  @OrgRole('admin')
  @Mutation(() => Group)
  updateGroup(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('name') name: string,
  ): Promise<Group> {
    return updateGroup(this.db, actor, { id, name });
  }

  @OrgRole('admin')
  @Mutation(() => Group)
  setGroupMembers(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('userIds', { type: () => [ID] }) userIds: string[],
  ): Promise<Group> {
    return setGroupMembers(this.db, actor, { id, userIds });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteGroup(@Actor() actor: OrgActor, @Args('id', { type: () => ID }) id: string): Promise<boolean> {
    await deleteGroup(this.db, actor, id);
    return true;
  }

  @ResolveField(() => [User])
  members(@Parent() group: Group, @Context() context: RequestContext): Promise<User[]> {
    return peopleOfGroup(this.db, context, group.orgId).load(group.id);
  }

  @ResolveField(() => Int)
  memberCount(@Parent() group: Group, @Context() context: RequestContext): Promise<number> {
    return memberCountOfGroup(this.db, context, group.orgId).load(group.id);
  }

  @ResolveField(() => Int)
  ruleCount(@Parent() group: Group, @Context() context: RequestContext): Promise<number> {
    return ruleCountOfGroup(this.db, context, group.orgId).load(group.id);
  }
}
