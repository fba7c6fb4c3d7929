import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { enqueue } from '../jobs/enqueue.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { deliveriesDue, forgetOldDeliveries, integrationsBehind } from './due.store.js';

const EVERY_MS = 2_000;
const FORGET_EVERY_MS = 3_600_000;

/** Finds what is due and asks for its jobs. Ingestion itself does nothing for integrations. */
@Injectable()
export class IntegrationSweep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('integrations');
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private stopped = false;
  private failures = 0;
  private forgotAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sweeping;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.sweeping = this.sweepOrWarn().finally(() => this.schedule());
    }, EVERY_MS);
  }

  private async sweepOrWarn(): Promise<void> {
    try {
      await this.sweep();
      this.failures = 0;
    } catch (error) {
      this.failures += 1;
      if (this.failures === 1) this.log.warn(`integrations wait: ${(error as Error).message}; trying again`);
    }
  }

  async sweep(): Promise<void> {
    for (const { orgId, integrationId } of await integrationsBehind(this.system))
      await this.db.withOrg(orgId, (tx) =>
        enqueue(tx, orgId, 'integration.forward', { orgId, integrationId }),
      );
    for (const { orgId, deliveryId } of await deliveriesDue(this.system))
      await this.db.withOrg(orgId, (tx) => enqueue(tx, orgId, 'webhook.deliver', { orgId, deliveryId }));
    if (performance.now() - this.forgotAt < FORGET_EVERY_MS) return;
    this.forgotAt = performance.now();
    await forgetOldDeliveries(this.system);
  }
}
