import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from './config.js';
import { ConfigModule } from './config.module.js';
import { JobsModule } from './jobs/jobs.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PublishingModule } from './policy/publishing.module.js';
import { TenancyModule } from './tenancy/tenancy.module.js';

/** The second process: same features, without an edge of its own. */
@Module({})
export class WorkerModule {
  static with(config: Config): DynamicModule {
    return {
      module: WorkerModule,
      imports: [ConfigModule.with(config), TenancyModule, NotificationsModule, PublishingModule, JobsModule],
    };
  }
}
