import { Global, Module } from '@nestjs/common';
import { SystemDb } from './system-db.js';
import { TenantDb } from './tenant-db.js';

@Global()
@Module({ providers: [TenantDb, SystemDb], exports: [TenantDb, SystemDb] })
export class TenancyModule {}
