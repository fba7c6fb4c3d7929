import { type WireAddress, wireAddress } from '@postern/protocol/heartbeat';
import { z } from 'zod';

/** An agent that was not heard of for three heartbeats is taken to be away. */
export const ONLINE_WITHIN_MS = 45_000;

/** GraphQL's AgentStatus. */
export enum AgentStatus {
  ONLINE = 'online',
  OFFLINE = 'offline',
  REVOKED = 'revoked',
}

export function statusOf(agent: { revokedAt: Date | null; lastSeenAt: Date | null }): AgentStatus {
  if (agent.revokedAt !== null) return AgentStatus.REVOKED;
  return isOnline(agent.lastSeenAt) ? AgentStatus.ONLINE : AgentStatus.OFFLINE;
}

export function isOnline(lastSeenAt: Date | null): boolean {
  return lastSeenAt !== null && Date.now() - lastSeenAt.getTime() < ONLINE_WITHIN_MS;
}

/** How one database is, as one agent sees it. */
const connectionHealth = z.object({
  slug: z.string(),
  status: z.enum(['ok', 'down', 'unknown']),
  detail: z.string().optional(),
});
export type ConnectionHealth = z.infer<typeof connectionHealth>;

/** The health that a heartbeat left in the agent's row. */
export function healthOf(stored: unknown): ConnectionHealth[] {
  const parsed = z.array(connectionHealth).safeParse(stored);
  return parsed.success ? parsed.data : [];
}

/** Where PostgreSQL clients reach the agent, as its last heartbeat said; null when they do not. */
export function wireOf(stored: unknown): WireAddress | null {
  const parsed = wireAddress.safeParse(stored);
  return parsed.success ? parsed.data : null;
}
