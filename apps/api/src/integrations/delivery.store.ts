import type { Tx } from '../tenancy/tenant-db.js';

export type DeliveryState = 'waiting' | 'delivered' | 'dead';

export interface DeliveryRow {
  id: string;
  integrationId: string;
  type: string;
  body: string;
  state: string;
  attempts: number;
  nextAttemptAt: Date;
  lastStatus: number | null;
  lastError: string | null;
  durationMs: number | null;
  createdAt: Date;
  endedAt: Date | null;
}

export interface NewDelivery {
  id: string;
  orgId: string;
  integrationId: string;
  type: string;
  body: string;
}

/** Written with the outbox rows that have them sent. */
export async function insertDeliveries(tx: Tx, rows: readonly NewDelivery[]): Promise<void> {
  await tx.webhookDelivery.createMany({ data: [...rows] });
  await tx.outbox.createMany({
    data: rows.map(({ orgId, id }) => ({
      orgId,
      job: 'webhook.deliver',
      payload: { orgId, deliveryId: id },
    })),
  });
}

/** The newest first. */
export const listDeliveryRows = (
  tx: Tx,
  integrationId: string,
  state: DeliveryState | undefined,
  max: number,
): Promise<DeliveryRow[]> =>
  tx.webhookDelivery.findMany({
    where: { integrationId, ...(state === undefined ? {} : { state }) },
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: max,
  });

/** Without their bodies. */
export const findDeliveryRows = (tx: Tx, ids: readonly string[]): Promise<Omit<DeliveryRow, 'body'>[]> =>
  tx.webhookDelivery.findMany({ where: { id: { in: [...ids] } }, omit: { body: true } });

/** Takes one that is due; should its sender die, it is due again in two minutes. */
export async function claimDelivery(tx: Tx, id: string): Promise<DeliveryRow | null> {
  const taken = await tx.$executeRaw`
    update webhook_delivery d set attempts = attempts + 1, next_attempt_at = now() + interval '2 minutes'
    where id = ${id}::uuid and state = 'waiting' and next_attempt_at <= now()
      and exists (select from integration i where i.id = d.integration_id and i.enabled)`;
  return taken === 1 ? tx.webhookDelivery.findUnique({ where: { id } }) : null;
}

export async function noteDelivered(tx: Tx, id: string, status: number | null, ms: number): Promise<void> {
  await tx.webhookDelivery.updateMany({
    where: { id },
    data: { state: 'delivered', lastStatus: status, lastError: null, durationMs: ms, endedAt: new Date() },
  });
}

/** `againInSeconds`: undefined: never. */
export async function noteUndelivered(
  tx: Tx,
  id: string,
  what: { status: number | null; error: string | null; durationMs: number },
  againInSeconds: number | undefined,
): Promise<void> {
  const isDead = againInSeconds === undefined;
  await tx.webhookDelivery.updateMany({
    where: { id },
    data: {
      state: isDead ? 'dead' : 'waiting',
      lastStatus: what.status,
      lastError: what.error,
      durationMs: what.durationMs,
      endedAt: isDead ? new Date() : null,
      nextAttemptAt: new Date(Date.now() + (againInSeconds ?? 0) * 1_000),
    },
  });
}

/** Dead ones wait again, with all their attempts. Answers with their ids. */
export async function reviveDeliveries(
  tx: Tx,
  orgId: string,
  integrationId: string,
  max: number,
): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    update webhook_delivery set state = 'waiting', attempts = 0, next_attempt_at = now(), ended_at = null
    where id in (select id from webhook_delivery where integration_id = ${integrationId}::uuid and state = 'dead'
                 order by created_at, id limit ${max} for update)
    returning id`;
  await tx.outbox.createMany({
    data: rows.map(({ id }) => ({ orgId, job: 'webhook.deliver', payload: { orgId, deliveryId: id } })),
  });
  return rows.map(({ id }) => id);
}
