import { Injectable } from '@nestjs/common';
import type { AuditEvent } from '@postern/core/audit';
import { v7 as uuidv7 } from 'uuid';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { webhookBody } from './deliver-webhook.js';
import { insertDeliveries } from './delivery.store.js';
import { wants } from './event-types.js';
import type { PlacedEvent } from './formats.js';
import {
  claimIntegration,
  eventsBehind,
  type IntegrationRow,
  moveCursors,
  noteFailure,
  noteSuccess,
  releaseIntegration,
} from './integration.store.js';
import { Sender } from './sender.js';

const BATCH = 500;
/** A run ends after so many batches, so that one organisation's backlog does not hold a worker for ever. */
const BATCHES = 40;
const CLAIM_SECONDS = 120;
const LONGEST_REST_SECONDS = 300;

interface Batch {
  readonly events: readonly PlacedEvent[];
  readonly upTo: ReadonlyMap<string, bigint>;
}

/**
 * Brings an integration up to the end of the trail: webhooks get a delivery for each event that they want, SIEM destinations the events
 * themselves. The cursor moves with the deliveries, or once the destination has the batch: at least once, in the order of each chain.
 */
@Injectable()
export class Forward {
  constructor(
    private readonly db: TenantDb,
    private readonly sender: Sender,
  ) {}

  async run({ orgId, integrationId }: { orgId: string; integrationId: string }): Promise<void> {
    const integration = await this.db.withOrg(orgId, (tx) =>
      claimIntegration(tx, integrationId, CLAIM_SECONDS),
    );
    if (!integration) return;
    try {
      for (let left = BATCHES; left > 0; left--) if (!(await this.step(integration))) break;
    } finally {
      await this.db.withOrg(orgId, (tx) => releaseIntegration(tx, integrationId));
    }
  }

  /** False: nothing is left, or it failed. */
  private async step(integration: IntegrationRow): Promise<boolean> {
    const { orgId, id } = integration;
    if (integration.kind === 'webhook')
      return this.db.withOrg(orgId, (tx) => this.asDeliveries(tx, integration));
    const batch = await this.db.withOrg(orgId, (tx) => next(tx, integration));
    if (batch.upTo.size === 0) return false;
    const sent = batch.events.length === 0 ? undefined : await this.sender.events(integration, batch.events);
    return this.db.withOrg(orgId, async (tx) => {
      if (sent?.ok === false) {
        await noteFailure(tx, id, sent.error ?? '', restSeconds(integration.failures));
        return false;
      }
      await moveCursors(tx, orgId, id, batch.upTo);
      if (sent) await noteSuccess(tx, id);
      return true;
    });
  }

  private async asDeliveries(tx: Tx, integration: IntegrationRow): Promise<boolean> {
    const { orgId, id } = integration;
    const { events, upTo } = await next(tx, integration);
    await insertDeliveries(
      tx,
      events.map(({ event }) => ({
        id: uuidv7(),
        orgId,
        integrationId: id,
        type: event.kind,
        body: webhookBody(event.kind, event.at, event),
      })),
    );
    await moveCursors(tx, orgId, id, upTo);
    return upTo.size > 0;
  }
}

const restSeconds = (failures: number): number => Math.min(2 ** Math.min(failures, 10), LONGEST_REST_SECONDS);

async function next(tx: Tx, { id, eventTypes }: IntegrationRow): Promise<Batch> {
  const rows = await eventsBehind(tx, id, BATCH);
  const upTo = new Map<string, bigint>();
  const events: PlacedEvent[] = [];
  for (const { chain, seq, hash, event: text } of rows) {
    upTo.set(chain, seq);
    const event = JSON.parse(text) as AuditEvent;
    if (wants(eventTypes, event.kind)) events.push({ chain, seq: Number(seq), hash, event });
  }
  return { events, upTo };
}
