import { enqueue } from '../jobs/enqueue.js';
import type { Tx } from '../tenancy/tenant-db.js';

/**
 * Asks for new bundles after a change of rules, groups, people or connections: of one environment, or of all of the
 * organisation's. Call it in the transaction of the change.
 */
export async function requestPublication(tx: Tx, orgId: string, environmentId?: string): Promise<void> {
  const environments = await tx.environment.findMany({
    where: environmentId === undefined ? {} : { id: environmentId },
    select: { id: true },
  });
  for (const environment of environments)
    await enqueue(tx, orgId, 'policy.publish', { orgId, environmentId: environment.id });
}
