import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import { type Page, PageArgs, pageOf, pageRequest } from '../graphql/page.js';
import type { OrgActor } from '../tenancy/actor.js';
import { AuditFilter, toSearch } from './audit.input.js';
import { AuditQueries } from './audit.queries.js';
import { AuditEvent, AuditEventConnection, toAuditEvent } from './audit.type.js';

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
    return pageOf(page, rows, (row) => [row.at.toISOString(), row.id], toAuditEvent);
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
