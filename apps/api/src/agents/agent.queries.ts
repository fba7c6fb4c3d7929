import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { isUuid } from '../graphql/ids.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AgentRow, countAgents, listAgents } from './agent.store.js';
import { type EnrolmentTokenRow, listTokens } from './enrolment-token.store.js';

@Injectable()
export class AgentQueries {
  constructor(private readonly db: TenantDb) {}

  /** Newest first. */
  async page(
    actor: OrgActor,
    page: { take: number; after: string | undefined },
  ): Promise<{ rows: AgentRow[]; totalCount: number }> {
    const { take, after } = page;
    if (after !== undefined && !isUuid(after))
      throw new PosternError('input.invalid', 'the cursor is not one of this list', {
        field: 'after',
        fix: 'pass `pageInfo.endCursor` of the page before, unchanged',
      });
    return this.db.withOrg(actor.orgId, async (tx) => ({
      rows: await listAgents(tx, { limit: take, ...(after === undefined ? {} : { after }) }),
      totalCount: await countAgents(tx),
    }));
  }

  enrolmentTokens(actor: OrgActor): Promise<EnrolmentTokenRow[]> {
    return this.db.withOrg(actor.orgId, listTokens);
  }
}
