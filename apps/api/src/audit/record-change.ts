import { type AuditEvent, auditEvent } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import { beforeCommit, type Tx } from '../tenancy/tenant-db.js';
import { appendToOrgChain } from './org-chain.store.js';

const waiting = new WeakMap<Tx, AuditEvent[]>();

/**
 * Records an event of the control plane in the same transaction as the change (ARCHITECTURE.md, "Audit"): either both are
 * there or neither. It is written at the transaction's end, when its place in the organisation's chain is known. Never put a
 * secret into `before` or `after`.
 */
export async function recordChange(
  tx: Tx,
  orgId: string,
  event: Omit<AuditEvent, 'id' | 'at'>,
): Promise<void> {
  const whole = auditEvent.parse({ path: 'web', ...event, id: uuidv7(), at: new Date().toISOString() });
  const events = waiting.get(tx) ?? [];
  waiting.set(tx, events);
  events.push(whole);
  beforeCommit(tx, 'audit', () => appendToOrgChain(tx, orgId, events));
}
