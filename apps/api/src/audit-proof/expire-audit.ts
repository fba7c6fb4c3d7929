import { recordChange } from '../audit/record-change.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { expireOneDay } from './retention.store.js';

/** Removes a day's worth of what the organisation need not keep any more, and records which numbers. False: nothing to do. */
export function expireAudit(db: TenantDb, orgId: string): Promise<boolean> {
  return db.withOrg(orgId, async (tx: Tx) => {
    const removed = await expireOneDay(tx);
    if (removed.length === 0) return false;
    const events = removed.reduce((sum, { fromSeq, toSeq }) => sum + toSeq - fromSeq + 1, 0);
    await recordChange(tx, orgId, {
      kind: 'audit.expired',
      actor: { type: 'system', id: '', label: 'retention' },
      path: 'api',
      target: { type: 'org', id: orgId, label: 'audit trail' },
      reason: `${events} events were older than the organisation keeps them`,
      after: { removed },
    });
    return true;
  });
}
