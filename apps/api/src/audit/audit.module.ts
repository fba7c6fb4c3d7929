import { Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditQueries } from './audit.queries.js';
import { AuditResolver } from './audit.resolver.js';
import { AuditFilesController } from './audit-files.controller.js';
import { AuditWatchers } from './audit-watchers.js';
import { ExportAudit } from './export-audit.js';
import { IngestAudit } from './ingest-audit.js';

@Module({
  controllers: [AuditController, AuditFilesController],
  providers: [IngestAudit, AuditQueries, AuditResolver, ExportAudit, AuditWatchers],
})
export class AuditModule {}
