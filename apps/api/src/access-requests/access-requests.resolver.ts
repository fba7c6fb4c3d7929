import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AccessRequestView, listAccessRequests } from './access-request.queries.js';
import { AccessRequest, AccessRequestOutcome } from './access-request.type.js';
import { closeAccessRequest } from './close-access-request.js';

const shown = ({ person, outcome, closedByLabel, ...request }: AccessRequestView): AccessRequest => ({
  ...request,
  personName: person.name,
  personEmail: person.email,
  outcome: outcome as AccessRequestOutcome | null,
  closedBy: closedByLabel,
});

@Resolver(() => AccessRequest)
export class AccessRequestsResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => [AccessRequest], {
    description: 'Those that wait, or those that were answered; the newest 200.',
  })
  async accessRequests(
    @Actor() actor: OrgActor,
    @Args('isOpen', { type: () => Boolean, defaultValue: true }) isOpen: boolean,
  ): Promise<AccessRequest[]> {
    return (await listAccessRequests(this.db, actor, isOpen)).map(shown);
  }

  @OrgRole('admin')
  @Mutation(() => AccessRequest, { description: 'Says how it was answered. It changes no rule.' })
  async closeAccessRequest(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('outcome', { type: () => AccessRequestOutcome }) outcome: AccessRequestOutcome,
  ): Promise<AccessRequest> {
    return shown(await closeAccessRequest(this.db, actor, id, outcome));
  }
}
