import { Injectable } from '@nestjs/common';
import { recordChange } from '../audit/record-change.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { deleteExpired, orgsWithExpired } from './report.store.js';
import { infoOf, type ReportKind } from './report-kinds.js';

/** Deletes reports, with their files, that have been kept for as long as they are to be kept; each is recorded. */
@Injectable()
export class ExpireReports {
  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  async run(): Promise<void> {
    for (const orgId of await orgsWithExpired(this.system))
      await this.db.withOrg(orgId, async (tx) => {
        for (const report of await deleteExpired(tx))
          await recordChange(tx, orgId, {
            kind: 'report.deleted',
            actor: { type: 'system', id: '', label: 'postern' },
            path: 'api',
            target: { type: 'report', id: report.id, label: infoOf(report.kind as ReportKind).title },
            reason: 'it expired',
            before: { kind: report.kind, digest: report.digest },
          });
      });
  }
}
