import { Injectable } from '@nestjs/common';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { REMINDER_DAYS, remindOfDue } from './remind-reviewers.js';
import { orgsWithReviewsDue } from './review.store.js';

const DAY_MS = 86_400_000;

/** Reminds of all open reviews, whoever's they are. Twice does no harm: a reminder is due once. */
@Injectable()
export class RemindDueReviews {
  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  async run(now = new Date()): Promise<void> {
    const at = (days: number): Date => new Date(now.getTime() + days * DAY_MS);
    // A day more at the end: a worker that was away late in the last one still reminds.
    const [from, to] = [at(Math.min(...REMINDER_DAYS) - 1), at(Math.max(...REMINDER_DAYS))];
    for (const orgId of await orgsWithReviewsDue(this.system, from, to))
      await remindOfDue(this.db, orgId, now);
  }
}
