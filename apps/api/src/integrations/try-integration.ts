import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { webhookBody } from './deliver-webhook.js';
import { reviveDeliveries } from './delivery.store.js';
import { ORG_CHAIN } from './formats.js';
import { requireIntegration } from './integration.queries.js';
import { targetOf } from './save-integration.js';
import type { Sent } from './send-http.js';
import { Sender } from './sender.js';

const REDRIVEN_AT_ONCE = 1_000;

/** The buttons of an integration: try it now, and send dead letters again. */
@Injectable()
export class TryIntegration {
  constructor(
    private readonly db: TenantDb,
    private readonly sender: Sender,
  ) {}

  /** Sends one message that says that it is a test, and answers with what came of it. */
  async test(actor: OrgActor, id: string): Promise<Sent> {
    const integration = await this.db.withOrg(actor.orgId, (tx) => requireIntegration(tx, id));
    const at = new Date().toISOString();
    const event = {
      id: uuidv7(),
      at,
      kind: 'integration.tested' as const,
      actor: auditActorOf(actor),
      target: targetOf(integration),
      reason: 'this is a test',
    };
    const sent =
      integration.kind === 'webhook'
        ? await this.sender.webhook(integration, {
            id: event.id,
            body: webhookBody('postern.test', at, event),
          })
        : await this.sender.events(integration, [{ chain: ORG_CHAIN, seq: 0, hash: '', event }]);
    await this.db.withOrg(actor.orgId, (tx) =>
      recordChange(tx, actor.orgId, {
        kind: 'integration.tested',
        actor: auditActorOf(actor),
        target: targetOf(integration),
        reason: sent.ok ? 'a test message arrived' : `a test message did not arrive: ${sent.error}`,
      }),
    );
    return sent;
  }

  /** Answers with how many are sent again. */
  async redrive(actor: OrgActor, id: string): Promise<number> {
    return this.db.withOrg(actor.orgId, async (tx) => {
      const integration = await requireIntegration(tx, id);
      const revived = await reviveDeliveries(tx, actor.orgId, integration.id, REDRIVEN_AT_ONCE);
      if (revived.length > 0)
        await recordChange(tx, actor.orgId, {
          kind: 'integration.redriven',
          actor: auditActorOf(actor),
          target: targetOf(integration),
          after: { deliveries: revived.length },
        });
      return revived.length;
    });
  }
}
