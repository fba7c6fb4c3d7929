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
  return (await send(tx, orgId, wanting, type, data)).length;
}

/** The same to webhooks that were chosen, whatever they subscribe to; those that are turned off are passed over. */
export async function deliverTo(
  tx: Tx,
  orgId: string,
  integrationIds: readonly string[],
  type: string,
  data: unknown,
): Promise<Sent[]> {
  const all = await listIntegrationRows(tx);
  const chosen = all.filter((row) => isSending(row) && integrationIds.includes(row.id));
  return send(tx, orgId, chosen, type, data);
}

export interface Sent {
  integrationId: string;
  name: string;
  deliveryId: string;
}

async function send(
  tx: Tx,
  orgId: string,
  to: readonly IntegrationRow[],
  type: string,
  data: unknown,
): Promise<Sent[]> {
  const body = webhookBody(type, new Date().toISOString(), data);
  const sent = to.map(({ id, name }) => ({ integrationId: id, name, deliveryId: uuidv7() }));
  await insertDeliveries(
    tx,
    sent.map(({ deliveryId, integrationId }) => ({ id: deliveryId, orgId, integrationId, type, body })),
  );
  return sent;
}

const isSending = ({ kind, enabled }: IntegrationRow): boolean => kind === 'webhook' && enabled;
