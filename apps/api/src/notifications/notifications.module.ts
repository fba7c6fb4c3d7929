import { Global, Module } from '@nestjs/common';
import { Notifications } from './notifications.js';
import { PgNotifications } from './pg-notifications.js';

@Global()
@Module({
  providers: [{ provide: Notifications, useClass: PgNotifications }],
  exports: [Notifications],
})
export class NotificationsModule {}
