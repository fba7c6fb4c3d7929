import { recordChange } from '../audit/record-change.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { changeIntegration, type IntegrationRow } from './integration.store.js';

const TOO_LONG_MS = 3 * 24 * 3_600_000;

/** Turns off a webhook that nobody answers for three days, or that says that it is gone; the trail and the page say so. */
export async function disableFailing(
  tx: Tx,
  integration: IntegrationRow,
  failure: { since: Date; status: number | null; error: string | null },
): Promise<void> {
  const isGone = failure.status === 410;
  if (!isGone && Date.now() - failure.since.getTime() < TOO_LONG_MS) return;
  const reason = isGone
    ? 'it answered 410 Gone'
    : `it failed for three days; the last time: ${failure.error ?? 'no reason'}`;
  await changeIntegration(tx, integration.id, { enabled: false, disabledReason: reason });
  await recordChange(tx, integration.orgId, {
    kind: 'integration.disabled',
    actor: { type: 'system', id: '', label: 'control plane' },
    target: { type: 'integration', id: integration.id, label: integration.name },
    reason,
  });
}
