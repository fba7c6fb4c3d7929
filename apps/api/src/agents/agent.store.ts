import { CHANNELS } from '../notifications/notifications.js';
import type { Tx } from '../tenancy/tenant-db.js';

export interface AgentRow {
  id: string;
  orgId: string;
  environmentId: string;
  name: string;
  consoleUrl: string;
  agentVersion: string;
  policyVersion: number;
  policyEnforcedAt: Date | null;
  spoolDepth: number;
  rssBytes: bigint;
  connections: unknown;
  wire: unknown;
  spool: unknown;
  enrolledAt: Date;
  lastSeenAt: Date | null;
  revokedAt: Date | null;
}

const AGENT = {
  id: true,
  orgId: true,
  environmentId: true,
  name: true,
  consoleUrl: true,
  agentVersion: true,
  policyVersion: true,
  policyEnforcedAt: true,
  spoolDepth: true,
  rssBytes: true,
  connections: true,
  wire: true,
  spool: true,
  enrolledAt: true,
  lastSeenAt: true,
  revokedAt: true,
} as const;

export interface NewAgent {
  id: string;
  orgId: string;
  environmentId: string;
  name: string;
  publicKey: string;
  consoleUrl: string;
  agentVersion: string;
  protocolVersion: number;
}

export async function insertAgent(tx: Tx, agent: NewAgent): Promise<void> {
  await tx.agent.createMany({ data: [agent] });
}

export function findAgent(tx: Tx, id: string): Promise<AgentRow | null> {
  return tx.agent.findUnique({ where: { id }, select: AGENT });
}

/** Newest first; the key of a page is the id, and ids grow with time (UUIDv7). */
export function listAgents(tx: Tx, page: { limit: number; after?: string }): Promise<AgentRow[]> {
  return tx.agent.findMany({
    select: AGENT,
    where: page.after === undefined ? {} : { id: { lt: page.after } },
    orderBy: { id: 'desc' },
    take: page.limit,
  });
}

export function countAgents(tx: Tx): Promise<number> {
  return tx.agent.count();
}

/** True when this call revoked it. Every api process is told when the transaction commits. */
export async function markRevoked(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx.agent.updateMany({
    where: { id, revokedAt: null },
    data: { revokedAt: new Date() },
  });
  if (count === 1) await tx.$executeRaw`select pg_notify(${CHANNELS.agent}, ${id})`;
  return count === 1;
}

/** What the agents of some environments report; revoked ones no longer count. */
export function agentsOfEnvironments(tx: Tx, environmentIds: readonly string[]) {
  return tx.agent.findMany({
    where: { environmentId: { in: [...environmentIds] }, revokedAt: null },
    select: {
      environmentId: true,
      name: true,
      policyVersion: true,
      policyEnforcedAt: true,
      lastSeenAt: true,
      connections: true,
      wire: true,
      features: true,
    },
  });
}

/** Newest published versions of some environments. */
export function policyVersions(tx: Tx, environmentIds: readonly string[]) {
  return tx.environment.findMany({
    where: { id: { in: [...environmentIds] } },
    select: { id: true, policyVersion: true },
  });
}
