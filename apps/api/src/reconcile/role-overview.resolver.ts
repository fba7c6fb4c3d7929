import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import { PageArgs } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { discardFailedWork, retryFailedWork } from './decide-failed-work.js';
import { listFailedWork } from './failed-work.queries.js';
import {
  ConnectionRoleStateConnection,
  FailedWorkConnection,
  RoleStatesFilterEnum,
} from './role-overview.type.js';
import { listRoleStates, type RoleStatesFilter } from './role-states.queries.js';

/** What one page shows of all connections: how their roles are, and what failed. */
@Resolver()
export class RoleOverviewResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => ConnectionRoleStateConnection, {
    description: 'How the native roles of all connections are, by slug. `search`: part of a slug or name.',
  })
  roleStates(
    @Actor() actor: OrgActor,
    @Args() page: PageArgs,
    @Args('filter', { type: () => RoleStatesFilterEnum, nullable: true }) filter?: RoleStatesFilter,
    @Args('search', { nullable: true }) search?: string,
  ): Promise<ConnectionRoleStateConnection> {
    return listRoleStates(this.db, actor, {
      ...page,
      filter: filter ?? undefined,
      search: search ?? undefined,
    });
  }

  @OrgRole('auditor')
  @Query(() => FailedWorkConnection, {
    description:
      'What agents gave up about in the last 30 days and nobody has succeeded with since, and jobs of the worker that go on failing; newest first.',
  })
  failedWork(
    @Actor() actor: OrgActor,
    @Args() page: PageArgs,
    @Args('connectionId', { type: () => ID, nullable: true }) connectionId?: string,
  ): Promise<FailedWorkConnection> {
    // A client may send null for what it does not mean.
    return listFailedWork(this.db, actor, { ...page, connectionId: connectionId ?? undefined });
  }

  @OrgRole('admin')
  @Mutation(() => Boolean, { description: 'Asks for it again.' })
  async retryFailedWork(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await retryFailedWork(this.db, actor, id);
    return true;
  }

  @OrgRole('admin')
  @Mutation(() => Boolean, { description: 'Takes it off the list; only what `canDiscard`.' })
  async discardFailedWork(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('reason') reason: string,
  ): Promise<boolean> {
    await discardFailedWork(this.db, actor, { id, reason });
    return true;
  }
}
