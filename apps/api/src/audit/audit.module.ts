import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditQueries } from './audit.queries.js';
import { AuditResolver } from './audit.resolver.js';
import { IngestAudit } from './ingest-audit.js';

@Module({
  controllers: [AuditController],
  providers: [IngestAudit, AuditQueries, AuditResolver],
})
export class AuditModule {}
