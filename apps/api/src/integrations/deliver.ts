import { Injectable } from '@nestjs/common';
import { TenantDb } from '../tenancy/tenant-db.js';
import { claimDelivery, noteDelivered, noteUndelivered } from './delivery.store.js';
import { disableFailing } from './disable-failing.js';
import { findIntegration, noteFailure, noteSuccess } from './integration.store.js';
import { Sender } from './sender.js';

/** Waits between attempts in seconds; after the last it is a dead letter, to be sent again by hand. A day and a half in all. */
export const RETRY_SECONDS = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 57_600] as const;

/** Sends one delivery, at least once. Whatever comes of it is noted; only trouble of our own is thrown. */
@Injectable()
export class Deliver {
  constructor(
    private readonly db: TenantDb,
    private readonly sender: Sender,
  ) {}

  async run({ orgId, deliveryId }: { orgId: string; deliveryId: string }): Promise<void> {
    const claimed = await this.db.withOrg(orgId, async (tx) => {
      const delivery = await claimDelivery(tx, deliveryId);
      const integration = delivery && (await findIntegration(tx, delivery.integrationId));
      return delivery && integration ? { delivery, integration } : undefined;
    });
    if (!claimed) return;
    const { delivery, integration } = claimed;
    const sent = await this.sender.webhook(integration, delivery);
    await this.db.withOrg(orgId, async (tx) => {
      if (sent.ok) {
        await noteDelivered(tx, delivery.id, sent.status, sent.durationMs);
        await noteSuccess(tx, integration.id);
        return;
      }
      await noteUndelivered(tx, delivery.id, sent, RETRY_SECONDS[delivery.attempts - 1]);
      const since = await noteFailure(tx, integration.id, sent.error ?? '', 0);
      await disableFailing(tx, integration, { ...sent, since });
    });
  }
}
