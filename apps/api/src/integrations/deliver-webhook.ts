import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../tenancy/tenant-db.js';
import { insertDeliveries } from './delivery.store.js';
import { wants } from './event-types.js';
import { type IntegrationRow, listIntegrationRows } from './integration.store.js';

/** A webhook's body as https://www.standardwebhooks.com has it. */
export const webhookBody = (type: string, at: string, data: unknown): string =>
  JSON.stringify({ type, timestamp: at, data });

/**
 * Sends `data` to every webhook of the organisation that subscribes to `type`, once this transaction commits (outbox). Answers with how
 * many there are.
 */
export async function deliverWebhook(tx: Tx, orgId: string, type: string, data: unknown): Promise<number> {
  const all = await listIntegrationRows(tx);
  const wanting = all.filter((row) => isSending(row) && wants(row.eventTypes, type));
  const body = webhookBody(type, new Date().toISOString(), data);
  await insertDeliveries(
    tx,
    wanting.map((row) => ({ id: uuidv7(), orgId, integrationId: row.id, type, body })),
  );
  return wanting.length;
}

const isSending = ({ kind, enabled }: IntegrationRow): boolean => kind === 'webhook' && enabled;
