import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole, SignedIn } from '../auth/access.js';
import { Actor, CurrentPerson } from '../auth/actor.decorator.js';
import type { Person } from '../auth/sessions.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { createOrg } from './create-org.js';
import { getOrg } from './org.queries.js';
import { Org } from './org.type.js';
import { updateOrg } from './update-org.js';

@Resolver(() => Org)
export class OrgsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('member')
  @Query(() => Org)
  org(@Actor() actor: OrgActor): Promise<Org> {
    return getOrg(this.db, actor);
  }

  @SignedIn()
  @Mutation(() => Org)
  createOrg(@Args('name') name: string, @CurrentPerson() person: Person): Promise<Org> {
    return createOrg(this.db, person, { name });
  }

  @OrgRole('admin')
  @Mutation(() => Org)
  updateOrg(@Actor() actor: OrgActor, @Args('name') name: string): Promise<Org> {
    return updateOrg(this.db, actor, { name });
  }
}
