import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import { type Page, TwoWayPageArgs, twoWayPage, twoWayRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { AuditFilter, toSearch } from './audit.input.js';
import { AuditQueries } from './audit.queries.js';
import { AuditEvent, AuditEventConnection, toAuditEvent } from './audit.type.js';
import { AuditSummary } from './summary.type.js';

@Resolver(() => AuditEvent)
export class AuditResolver {
  constructor(private readonly audit: AuditQueries) {}

  @Query(() => AuditEventConnection, {
    description:
      'Newest first. `first` and `after` go on to older events, `last` and `before` back to newer ones.',
  })
  @OrgRole('auditor')
  async auditEvents(
    @Actor() actor: OrgActor,
    @Args('filter', { type: () => AuditFilter, nullable: true }) filter: AuditFilter | null,
    @Args() args: TwoWayPageArgs,
  ): Promise<Page<AuditEvent>> {
    const page = twoWayRequest(args, 2);
    const [at = '', id = ''] = page.cursor ?? [];
    const cursor = page.cursor && { at, id };
    const conditions = await this.audit.conditions(actor, toSearch(filter));
    const rows = await this.audit.page(actor, conditions, { cursor, newer: page.back, limit: page.take });
    return twoWayPage(page, rows, (row) => [row.at.toISOString(), row.id], toAuditEvent);
  }

  @Query(() => AuditSummary, {
    description: 'How many events match, when, and their most frequent properties.',
  })
  @OrgRole('auditor')
  auditSummary(
    @Actor() actor: OrgActor,
    @Args('filter', { type: () => AuditFilter, nullable: true }) filter: AuditFilter | null,
    @Args('buckets', { type: () => Int, nullable: true, description: '1 to 120; 60 by default.' }) buckets:
      | number
      | null,
  ): Promise<AuditSummary> {
    return this.audit.summary(actor, toSearch(filter), buckets ?? 60);
  }

  @Query(() => AuditEvent)
  @OrgRole('auditor')
  async auditEvent(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<AuditEvent> {
    return toAuditEvent(await this.audit.byId(actor, id));
  }
}
