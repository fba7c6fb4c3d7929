import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import { environmentOf } from '../environments/environment.loader.js';
import { Environment } from '../environments/environment.type.js';
import type { RequestContext } from '../graphql/context.js';
import { PageArgs } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { createDatabasePassword } from './create-database-password.js';
import { listOwnPasswords, listPasswordsPage } from './database-password.queries.js';
import {
  DatabasePassword,
  DatabasePasswordConnection,
  DatabasePasswordPayload,
  LifetimeEnum,
} from './database-password.type.js';
import type { Lifetime } from './lifetime.js';
import { revokeDatabasePassword } from './revoke-database-password.js';

@Resolver(() => DatabasePassword)
export class DatabasePasswordsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => [DatabasePassword], { description: "The caller's own: one an environment at most." })
  myDatabasePasswords(@Actor() actor: OrgActor): Promise<DatabasePassword[]> {
    return listOwnPasswords(this.db, actor);
  }

  @OrgRole('auditor')
  @Query(() => DatabasePasswordConnection, { description: "Everybody's, newest first." })
  databasePasswords(@Actor() actor: OrgActor, @Args() page: PageArgs): Promise<DatabasePasswordConnection> {
    return listPasswordsPage(this.db, actor, page);
  }

  @OrgRole('member')
  @Mutation(() => DatabasePasswordPayload, {
    description: "Makes the caller's database password for an environment, in place of the one before.",
  })
  createDatabasePassword(
    @Actor() actor: OrgActor,
    @Args('environmentId', { type: () => ID }) environmentId: string,
    @Args('lifetime', { type: () => LifetimeEnum }) lifetime: Lifetime,
  ): Promise<DatabasePasswordPayload> {
    return createDatabasePassword(this.db, actor, { environmentId, lifetime });
  }

  @OrgRole('member')
  @Mutation(() => Boolean, { description: "One's own; anybody's for admins." })
  async revokeDatabasePassword(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await revokeDatabasePassword(this.db, actor, id);
    return true;
  }

  @ResolveField(() => Environment)
  environment(
    @Parent() password: DatabasePassword,
    @Context() context: RequestContext,
  ): Promise<Environment> {
    return environmentOf(this.db, context, password);
  }
}
