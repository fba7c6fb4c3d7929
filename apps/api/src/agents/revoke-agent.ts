import { Injectable } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { isUuid } from '../graphql/ids.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { type AgentRow, findAgent, markRevoked } from './agent.store.js';

/** Ends an agent's identity for good. Revoking it again changes nothing. */
@Injectable()
export class RevokeAgent {
  constructor(private readonly db: TenantDb) {}

  run(actor: OrgActor, id: string): Promise<AgentRow> {
    return this.db.withOrg(actor.orgId, async (tx) => {
      const revoked = isUuid(id) && (await markRevoked(tx, id));
      const agent = isUuid(id) ? await findAgent(tx, id) : null;
      if (!agent) throw new PosternError('agent.not_found', 'there is no such agent', { field: 'id' });
      if (revoked)
        await recordChange(tx, actor.orgId, {
          kind: 'agent.revoked',
          actor: auditActorOf(actor),
          target: { type: 'agent', id, label: agent.name },
        });
      return agent;
    });
  }
}
