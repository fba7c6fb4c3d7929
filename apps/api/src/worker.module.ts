import { type DynamicModule, Module } from '@nestjs/common';
import { ReviewRemindersModule } from './access-reviews/review-reminders.module.js';
import { AuditUpkeepModule } from './audit-proof/audit-upkeep.module.js';
import type { Config } from './config.js';
import { configModule } from './config.module.js';
import { IntegrationJobsModule } from './integrations/integration-jobs.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PublishingModule } from './policy/publishing.module.js';
import { ReconcileJobsModule } from './reconcile/reconcile-jobs.module.js';
import { ReportingModule } from './reports/reporting.module.js';
import { TenancyModule } from './tenancy/tenancy.module.js';

/** The second process: same features, without an edge of its own. */
@Module({
  imports: [
    TenancyModule,
    NotificationsModule,
    PublishingModule,
    ReportingModule,
    IntegrationJobsModule,
    AuditUpkeepModule,
    ReconcileJobsModule,
    ReviewRemindersModule,
    JobsModule,
  ],
})
class WorkerModule {}

export const workerModule = (config: Config): DynamicModule => ({
  module: WorkerModule,
  imports: [configModule(config)],
});
