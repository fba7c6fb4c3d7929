import { Controller, Get } from '@nestjs/common';
import { SystemDb } from './tenancy/system-db.js';
import { TenantDb } from './tenancy/tenant-db.js';

/** For load balancers and the start script: 200 when a request could be served now. */
@Controller('healthz')
export class HealthController {
  constructor(
    private readonly tenantDb: TenantDb,
    private readonly systemDb: SystemDb,
  ) {}

  @Get()
  async check(): Promise<{ status: 'ok' }> {
    await Promise.all([this.tenantDb.ping(), this.systemDb.query('select 1')]);
    return { status: 'ok' };
  }
}
