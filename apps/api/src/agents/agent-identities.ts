import { Injectable, type OnModuleInit } from '@nestjs/common';
import { CHANNELS, Notifications } from '../notifications/notifications.js';
import { SystemDb } from '../tenancy/system-db.js';
import { type AgentIdentity, findAgentIdentity } from './agent-lookup.store.js';

export type { AgentIdentity } from './agent-lookup.store.js';

/** Longest that a revocation whose message was lost goes unnoticed. */
const KEPT_MS = 5_000;
const KEPT_MAX = 10_000;

/** Who an agent is, kept for a moment: each of its requests asks, and a revocation is told at once. */
@Injectable()
export class AgentIdentities implements OnModuleInit {
  private readonly kept = new Map<string, { agent: AgentIdentity; until: number }>();

  constructor(
    private readonly db: SystemDb,
    private readonly notifications: Notifications,
  ) {}

  onModuleInit(): void {
    this.notifications.subscribe(CHANNELS.agent, {
      onMessage: (agentId) => this.kept.delete(agentId),
      onGap: () => this.kept.clear(),
    });
  }

  async byId(id: string): Promise<AgentIdentity | undefined> {
    const known = this.kept.get(id);
    if (known && known.until > Date.now()) return known.agent;
    const agent = await findAgentIdentity(this.db, id);
    this.kept.delete(id);
    if (!agent) return undefined;
    if (this.kept.size >= KEPT_MAX) this.kept.clear();
    this.kept.set(id, { agent, until: Date.now() + KEPT_MS });
    return agent;
  }
}
