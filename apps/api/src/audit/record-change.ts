import { type AuditEvent, auditEvent } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../tenancy/tenant-db.js';
import { insertAuditEvent } from './audit.store.js';

/**
 * Records an event of the control plane in the same transaction as the change (ARCHITECTURE.md, "Audit"): either both are
 * there or neither. Never put a secret into `before` or `after`.
 */
export async function recordChange(
  tx: Tx,
  orgId: string,
  event: Omit<AuditEvent, 'id' | 'at'>,
): Promise<void> {
  const whole = auditEvent.parse({ path: 'web', ...event, id: uuidv7(), at: new Date().toISOString() });
  await insertAuditEvent(tx, orgId, whole);
}
