import { Args, ID, Int, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import { Sessions } from '../auth/sessions.js';
import { environmentOf } from '../environments/environment.loader.js';
import { Environment } from '../environments/environment.type.js';
import type { RequestContext } from '../graphql/context.js';
import { PageArgs } from '../graphql/page.js';
import { permissionsHeld } from '../rules/org-policy.loader.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { ConnectionInput } from './connection.input.js';
import { ruleCountOfConnection } from './connection.loader.js';
import { listConnectionsPage } from './connection.queries.js';
import { DbConnection, DbConnectionConnection } from './connection.type.js';
import { createConnection } from './create-connection.js';
import { deleteConnection } from './delete-connection.js';
import { updateConnection } from './update-connection.js';

@Resolver(() => DbConnection)
export class ConnectionsResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly sessions: Sessions,
  ) {}

  @OrgRole('member')
  @Query(() => DbConnectionConnection, {
    description:
      'Members see the connections on which they have a permission; owners, admins and auditors see all.',
  })
  connections(@Actor() actor: OrgActor, @Args() page: PageArgs): Promise<DbConnectionConnection> {
    return listConnectionsPage(this.db, actor, page);
  }

  @OrgRole('admin')
  @Mutation(() => DbConnection)
  createConnection(
    @Actor() actor: OrgActor,
    @Args('environmentId', { type: () => ID }) environmentId: string,
    @Args('slug') slug: string,
    @Args('input') input: ConnectionInput,
  ): Promise<DbConnection> {
    return createConnection(this.db, actor, { environmentId, slug, input });
  }

  @OrgRole('admin')
  @Mutation(() => DbConnection)
  updateConnection(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('input') input: ConnectionInput,
  ): Promise<DbConnection> {
    return updateConnection(this.db, actor, { id, input });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean)
  async deleteConnection(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await deleteConnection(this.db, actor, id);
    return true;
  }

  @ResolveField(() => Environment)
  environment(@Parent() connection: DbConnection, @Context() context: RequestContext): Promise<Environment> {
    return environmentOf(this.db, context, connection);
  }

  @ResolveField(() => [String], { description: 'Permissions that the viewer has on it.' })
  async viewerPermissions(
    @Parent() connection: DbConnection,
    @Context() context: RequestContext,
  ): Promise<string[]> {
    const { userId } = await this.sessions.require(context);
    return permissionsHeld(this.db, context, connection, userId);
  }

  @ResolveField(() => Int)
  ruleCount(@Parent() connection: DbConnection, @Context() context: RequestContext): Promise<number> {
    return ruleCountOfConnection(this.db, context, connection.orgId).load(connection.id);
  }
}
