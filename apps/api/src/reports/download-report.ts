import { gunzipSync } from 'node:zlib';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb } from '../tenancy/tenant-db.js';
import { requireReport } from './report.queries.js';
import { findReportFile, type ReportFormat, type ReportRow } from './report.store.js';
import { infoOf, type ReportKind } from './report-kinds.js';

export interface DownloadedFile {
  filename: string;
  mediaType: string;
  sha256: string;
  bytes: Buffer;
}

const MEDIA_TYPES: Record<ReportFormat, string> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  pdf: 'application/pdf',
};

const filename = ({ kind, createdAt, id }: ReportRow, format: ReportFormat): string =>
  `postern-${kind.replaceAll('_', '-')}-${createdAt.toISOString().slice(0, 10)}-${id.slice(-6)}.${format}`;

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
      filename: filename(report, given.format),
      mediaType: MEDIA_TYPES[given.format],
      sha256: file.sha256,
      bytes: gunzipSync(file.body),
    };
  });
}
