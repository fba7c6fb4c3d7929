import { gunzipSync } from 'node:zlib';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireReport } from './report.queries.js';
import { findReportFile } from './report.store.js';
import { filenameOf, MEDIA_TYPES, type ReportFormat } from './report-file.js';
import { infoOf, type ReportKind } from './report-kinds.js';

export interface DownloadedFile {
  filename: string;
  mediaType: string;
  sha256: string;
  bytes: Buffer;
}

/** Hands a report's file out, and says so in the audit trail: reports tell who may reach what. */
export function downloadReport(
  db: TenantDb,
  actor: OrgActor,
  given: { id: string; format: ReportFormat },
): Promise<DownloadedFile> {
  return db.withOrg(actor.orgId, async (tx) => {
    const report = await requireReport(tx, given.id);
    const file = await findReportFile(tx, report.id, given.format);
    if (!file)
      throw new PosternError('report.not_ready', 'the report is not ready', {
        field: 'id',
        fix: report.status === 'failed' ? 'it failed: ask for it again' : 'wait until it is done',
      });
    await recordChange(tx, actor.orgId, {
      kind: 'report.downloaded',
      actor: auditActorOf(actor),
      target: { type: 'report', id: report.id, label: infoOf(report.kind as ReportKind).title },
      after: { format: given.format, sha256: file.sha256 },
    });
    return {
      filename: filenameOf(report, given.format),
      mediaType: MEDIA_TYPES[given.format],
      sha256: file.sha256,
      bytes: gunzipSync(file.body),
    };
  });
}
