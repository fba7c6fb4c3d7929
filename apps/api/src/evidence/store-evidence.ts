import { Injectable } from '@nestjs/common';
import type { EvidenceRequest } from '@postern/protocol/evidence';
import { v7 as uuidv7 } from 'uuid';
import type { AgentIdentity } from '../agents/agent-identities.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { insertEvidence, isServedBy } from './evidence.store.js';

/** Keeps what an agent read of its databases' own books; connections that are not its environment's are left out. */
@Injectable()
export class StoreEvidence {
  constructor(private readonly db: TenantDb) {}

  run(agent: AgentIdentity, { connections }: EvidenceRequest): Promise<number> {
    return this.db.withOrgClient(agent.orgId, async (client) => {
      let stored = 0;
      for (const evidence of connections) {
        if (!(await isServedBy(client, agent.id, evidence.slug))) continue;
        await insertEvidence(client, { id: uuidv7(), orgId: agent.orgId, agentId: agent.id }, evidence);
        stored += 1;
      }
      return stored;
    });
  }
}
