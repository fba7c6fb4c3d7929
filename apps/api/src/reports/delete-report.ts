import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireReport } from './report.queries.js';
import { deleteReportRow } from './report.store.js';
import { infoOf, type ReportKind } from './report-kinds.js';

/** Deletes a report with its files. One that is being made is not stored any more when it is done. */
export async function deleteReport(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const report = await requireReport(tx, id);
    await deleteReportRow(tx, report.id);
    await recordChange(tx, actor.orgId, {
      kind: 'report.deleted',
      actor: auditActorOf(actor),
      target: { type: 'report', id: report.id, label: infoOf(report.kind as ReportKind).title },
      before: { kind: report.kind, parameters: report.parameters, digest: report.digest },
    });
  });
}
