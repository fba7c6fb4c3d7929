import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import type { RequestContext } from '../graphql/context.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { createEnvironment } from './create-environment.js';
import { deleteEnvironment } from './delete-environment.js';
import { connectionCountLoader } from './environment.loader.js';
import { listAllEnvironments } from './environment.queries.js';
import { Environment } from './environment.type.js';
import { updateEnvironment } from './update-environment.js';

@Resolver(() => Environment)
export class EnvironmentsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => [Environment])
  environments(@Actor() actor: OrgActor): Promise<Environment[]> {
    return listAllEnvironments(this.db, actor);
  }

  @OrgRole('admin')
  @Mutation(() => Environment)
  createEnvironment(
    @Actor() actor: OrgActor,
    @Args('slug') slug: string,
    @Args('name') name: string,
  ): Promise<Environment> {
    return createEnvironment(this.db, actor, { slug, name });
  }

  @OrgRole('admin')
  @Mutation(() => Environment)
  updateEnvironment(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('name') name: string,
  ): Promise<Environment> {
    return updateEnvironment(this.db, actor, { id, name });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteEnvironment(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await deleteEnvironment(this.db, actor, id);
    return true;
  }

  @ResolveField(() => Int)
  connectionCount(@Parent() environment: Environment, @Context() context: RequestContext): Promise<number> {
    return connectionCountLoader(this.db, context, environment.orgId).load(environment.id);
  }
}
