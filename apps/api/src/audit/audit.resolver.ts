import { Args, ID, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor, Context } from '../auth/actor.decorator.js';
import type { RequestContext } from '../graphql/context.js';
import { loaderOf } from '../graphql/loaders.js';
import { type Page, PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { AuditFilter, toSearch } from './audit.input.js';
import { AuditQueries } from './audit.queries.js';
import { AuditEvent, AuditEventConnection, AuditOutcome, toAuditEvent } from './audit.type.js';

@Resolver(() => AuditEvent)
export class AuditResolver {
  constructor(private readonly audit: AuditQueries) {}

  @Query(() => AuditEventConnection)
  @OrgRole('auditor')
  async auditEvents(
    @Actor() actor: OrgActor,
    @Args('filter', { type: () => AuditFilter, nullable: true }) filter: AuditFilter | null,
    @Args() args: PageArgs,
  ): Promise<Page<AuditEvent>> {
    const page = pageRequest(args, 2);
    const [at = '', id = ''] = page.after ?? [];
    const rows = await this.audit.search(actor, toSearch(filter), page.after && { at, id }, page.take);
    return pageOf(
      page,
      rows,
      (row) => [row.at.toISOString(), row.id],
      (row) => toAuditEvent(actor.orgId, row),
    );
  }

  @Query(() => AuditEvent)
  @OrgRole('auditor')
  async auditEvent(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AuditEvent> {
    return toAuditEvent(actor.orgId, await this.audit.byId(actor, id));
  }

  @ResolveField(() => AuditOutcome, {
    nullable: true,
    description:
      'How an allowed statement ended; null while it runs or when its end was never reported ("outcome unknown"). Of the end of a statement or session itself: how that was.',
  })
  async outcome(
    @Parent() event: AuditEvent,
    @Context() context: RequestContext,
  ): Promise<AuditOutcome | null> {
    if (event.kind !== 'statement.decided') return event.ownOutcome;
    const load = (ids: readonly string[]) => this.audit.outcomes(event.orgId, ids);
    return loaderOf<AuditOutcome | null>(context, 'outcome', event.orgId, load, null).load(event.id);
  }
}
