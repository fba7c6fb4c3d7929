import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { expireAudit } from './expire-audit.js';
import { KeepAnchors } from './keep-anchors.js';
import { MakeAnchor } from './make-anchor.js';
import { thinNames } from './retention.store.js';
import { dropEmptyPartitions, makePartitions, orgsToKeep } from './upkeep.store.js';

const EVERY_MS = 3_600_000;
/** Days removed at a time for one organisation; the next hour goes on. */
const DAYS_A_RUN = 400;

/**
 * Once an hour: partitions for the weeks ahead, the day's anchors, and what retention lets go. All of it can be done twice or by two
 * workers at a time without harm, so it needs no queue. Anchors come first: what is removed was signed before.
 */
@Injectable()
export class AuditUpkeep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('audit');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
    private readonly makeAnchor: MakeAnchor,
    private readonly keepAnchors: KeepAnchors,
  ) {}

  onApplicationBootstrap(): void {
    const go = () => {
      this.running = this.run();
    };
    this.timer = setInterval(go, EVERY_MS);
    go();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  async run(): Promise<void> {
    await this.attempt('making partitions', () => makePartitions(this.system));
    const orgs = await this.attempt('listing organisations', () => orgsToKeep(this.system));
    for (const { id, expires } of orgs ?? []) {
      if (this.stopped) return;
      await this.attempt('anchoring', () => this.makeAnchor.run(id));
      await this.attempt('keeping anchors outside', () => this.keepAnchors.run(id));
      if (expires) await this.attempt('retention', () => this.expire(id));
    }
    await this.attempt('dropping partitions', () => dropEmptyPartitions(this.system));
  }

  private async expire(orgId: string): Promise<void> {
    let days = 0;
    while (days < DAYS_A_RUN && !this.stopped && (await expireAudit(this.db, orgId))) days += 1;
    if (days > 0) await this.db.withOrgClient(orgId, thinNames);
  }

  /** One organisation's trouble is not another's; all is tried again in an hour. */
  private async attempt<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!this.stopped) this.log.error(`audit upkeep, ${what}: ${(error as Error).message}`);
      return undefined;
    }
  }
}
