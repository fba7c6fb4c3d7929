import { Injectable, Logger } from '@nestjs/common';
import type { AuditKind } from '@postern/core/audit';
import { recordChange } from '../audit/record-change.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import type { AgentIdentity } from './agent-identities.js';

const ONCE_IN_MS = 60_000;
const REMEMBERED_MAX = 10_000;

export interface Refusal {
  kind: Extract<AuditKind, 'agent.request_refused' | 'audit.refused'>;
  reason: string;
  facts?: Record<string, unknown>;
}

/** Records what was refused to an agent: once a minute for each kind, or asking again and again would fill the trail. */
@Injectable()
export class RecordRefusal {
  private readonly log = new Logger('agents');
  private readonly last = new Map<string, number>();

  constructor(private readonly db: TenantDb) {}

  /** Never fails: the refusal itself matters more than its record. */
  async run(agent: AgentIdentity, { kind, reason, facts }: Refusal): Promise<void> {
    const key = `${agent.id}:${kind}`;
    const now = Date.now();
    if (now - (this.last.get(key) ?? 0) < ONCE_IN_MS) return;
    if (this.last.size >= REMEMBERED_MAX) this.last.clear();
    this.last.set(key, now);
    try {
      await this.db.withOrg(agent.orgId, (tx) =>
        recordChange(tx, agent.orgId, {
          kind,
          actor: { type: 'agent', id: agent.id, label: agent.name },
          path: 'api',
          decision: 'denied',
          target: { type: 'agent', id: agent.id, label: agent.name },
          reason,
          ...(facts === undefined ? {} : { after: facts }),
        }),
      );
    } catch (error) {
      this.log.error(`a refusal was not recorded: ${(error as Error).message}`);
    }
  }
}
