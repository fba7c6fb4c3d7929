import { Module } from '@nestjs/common';
import { AccessRequestsController } from './access-requests.controller.js';
import { AccessRequestsResolver } from './access-requests.resolver.js';

@Module({ controllers: [AccessRequestsController], providers: [AccessRequestsResolver] })
export class AccessRequestsModule {}
