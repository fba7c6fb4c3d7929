import type { AuditEvent } from '@postern/core/audit';
import type { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { auditRow } from './audit-row.js';

/** Writes one of the control plane's own events, in the transaction of the change that it tells of. */
export async function insertAuditEvent(tx: Tx, orgId: string, event: AuditEvent): Promise<void> {
  const row = { ...auditRow(orgId, event), event: event as unknown as Prisma.InputJsonObject };
  await tx.auditEvent.createMany({ data: [row] });
}
