import { recordChange } from '../audit/record-change.js';
import { deliverTo } from '../integrations/deliver-webhook.js';
import type { ReportRow } from '../reports/report.queries.js';
import { filenameOf, MEDIA_TYPES, type ReportFormat } from '../reports/report-file.js';
import { infoOf, type ReportKind } from '../reports/report-kinds.js';
import type { Tx } from '../tenancy/tenant-db.js';
import { findSchedule, noteSent } from './schedule.store.js';

/** Files up to this size travel in the message; of larger ones it says where they are, how long and what their hash is. */
const INLINE_MAX = 1_000_000;

export interface ReadyReport {
  rowCount: number;
  digest: string;
  files: readonly { format: ReportFormat; bytes: Buffer; sha256: string }[];
}

/** Sends a report that a schedule asked for, or word that it failed, to the schedule's webhooks once this commits. */
export async function deliverScheduled(
  tx: Tx,
  report: ReportRow,
  outcome: ReadyReport | { error: string },
): Promise<void> {
  const schedule = report.scheduleId === null ? null : await findSchedule(tx, report.scheduleId);
  if (!schedule) return;
  const { title } = infoOf(report.kind as ReportKind);
  const file =
    'error' in outcome ? undefined : outcome.files.find(({ format }) => format === schedule.format);
  const sent = await deliverTo(
    tx,
    report.orgId,
    schedule.recipients.map(({ integrationId }) => integrationId),
    'report.scheduled',
    {
      schedule: { id: schedule.id, name: schedule.name },
      report: { id: report.id, kind: report.kind, title, parameters: report.parameters },
      ...('error' in outcome
        ? { status: 'failed', error: outcome.error }
        : { status: 'done', rowCount: outcome.rowCount, digest: outcome.digest }),
      ...(file ? { file: fileOf(report, file) } : {}),
    },
  );
  for (const { integrationId, deliveryId } of sent)
    await noteSent(tx, schedule.id, integrationId, deliveryId);
  if (sent.length === 0) return;
  await recordChange(tx, report.orgId, {
    kind: 'report.delivered',
    actor: { type: 'system', id: '', label: 'postern' },
    path: 'api',
    target: { type: 'report', id: report.id, label: title },
    after: {
      schedule: schedule.name,
      recipients: sent.map(({ name }) => name),
      ...(file ? { format: file.format, sha256: file.sha256 } : {}),
    },
  });
}

const fileOf = (report: ReportRow, { format, bytes, sha256 }: ReadyReport['files'][number]) => ({
  filename: filenameOf(report, format),
  mediaType: MEDIA_TYPES[format],
  bytes: bytes.length,
  sha256,
  // Left out: too large for a message; to be downloaded in the web app.
  ...(bytes.length > INLINE_MAX ? {} : { base64: bytes.toString('base64') }),
});
