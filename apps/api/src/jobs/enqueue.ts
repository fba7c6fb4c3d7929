import type { Tx } from '../tenancy/tenant-db.js';
import type { JobName, JobPayload } from './catalog.js';

/**
 * Asks for a job in the transaction of the change that causes it (transactional outbox): the worker hands it to the queue
 * after the commit. No request ever waits for the queue.
 */
export async function enqueue<N extends JobName>(
  tx: Tx,
  orgId: string,
  job: N,
  payload: JobPayload<N>,
): Promise<void> {
  await tx.outbox.createMany({ data: [{ orgId, job, payload }] });
}
