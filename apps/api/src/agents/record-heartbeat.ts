import { Injectable } from '@nestjs/common';
import type { HeartbeatRequest } from '@postern/protocol/heartbeat';
import { TenantDb } from '../tenancy/tenant-db.js';
import type { AgentIdentity } from './agent-identities.js';
import { storeHeartbeat } from './heartbeat.store.js';

/** Keeps what an agent says of itself; answers with the newest published version. */
@Injectable()
export class RecordHeartbeat {
  constructor(private readonly db: TenantDb) {}

  run(agent: AgentIdentity, heartbeat: HeartbeatRequest): Promise<number> {
    return this.db.withOrgClient(agent.orgId, (client) => storeHeartbeat(client, agent.id, heartbeat));
  }
}
