import { Args, ID, Resolver, Subscription } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import { Actors } from '../auth/actors.js';
import { RequestContext } from '../graphql/context.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { PlanWatchers } from './plan-watchers.js';
import { type PlanView, readPlan } from './reconcile.queries.js';
import { RolePlanDetail } from './reconcile.type.js';

@Resolver()
export class RolePlanChangedResolver {
  constructor(
    private readonly db: TenantDb,
    private readonly actors: Actors,
    private readonly watchers: PlanWatchers,
  ) {}

  @OrgRole('auditor')
  @Subscription(() => RolePlanDetail, {
    description: 'A plan as it is, at once and whenever it moves: states, progress of its apply, comments.',
  })
  async rolePlanChanged(
    @Actor() actor: OrgActor,
    @Context() { request, reply }: RequestContext,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AsyncGenerator<{ rolePlanChanged: PlanView }>> {
    const first = await readPlan(this.db, actor, id);
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    return this.events(first, new RequestContext(request, reply), gone.signal);
  }

  private async *events(
    { orgId, id }: PlanView,
    { request, reply }: RequestContext,
    signal: AbortSignal,
  ): AsyncGenerator<{ rolePlanChanged: PlanView }> {
    for await (const _ of this.watchers.watch(orgId, id, signal)) {
      // Whoever lost the right meanwhile hears no more.
      const asking = new RequestContext(request, reply);
      const actor = await this.actors.admit(asking, orgId, 'auditor', 'rolePlanChanged');
      yield { rolePlanChanged: await readPlan(this.db, actor, id) };
    }
  }
}
