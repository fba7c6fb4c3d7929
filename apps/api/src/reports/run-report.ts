import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Injectable, Logger } from '@nestjs/common';
import { PosternError } from '@postern/core/errors';
import { recordChange } from '../audit/record-change.js';
import { deliverWebhook } from '../integrations/deliver-webhook.js';
import { SigningKey } from '../policy/signing-key.js';
import { deliverScheduled } from '../report-schedules/deliver-scheduled.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { newContext } from './build-context.js';
import { BUILDERS } from './builders.js';
import { controlsOf } from './controls.js';
import { isTruncated, type ReportDocument } from './document.js';
import { readOrgName } from './org-name.store.js';
import { signedFiles } from './render/signed-files.js';
import {
  beginRun,
  failReport,
  finishReport,
  type ReportFileRow,
  type ReportRow,
  setProgress,
} from './report.store.js';
import { infoOf, type ReportKind, readParameters } from './report-kinds.js';

/** A report that brought its worker down this often is given up. */
const MOST_ATTEMPTS = 5;

const SYSTEM = { type: 'system', id: '', label: 'postern' } as const;

/** Makes a report that was asked for: builds, renders, signs, stores. May run any number of times: the first result stays. */
@Injectable()
export class RunReport {
  private readonly log = new Logger('reports');

  constructor(
    private readonly db: TenantDb,
    private readonly key: SigningKey,
  ) {}

  async run({ orgId, reportId }: { orgId: string; reportId: string }): Promise<void> {
    const report = await this.db.withOrg(orgId, (tx) => beginRun(tx, reportId));
    if (!report) return;
    if (report.attempts > MOST_ATTEMPTS)
      return this.fail(report, 'it could not be made in five attempts; ask for a shorter period, or tell us');
    try {
      await this.make(report);
    } catch (error) {
      if (!(error instanceof PosternError)) throw error; // tried again
      await this.fail(report, error.message);
    }
  }

  private async make(report: ReportRow): Promise<void> {
    const document = await this.build(report);
    await this.say(report, 92, 'rendering and signing');
    const { digest, files } = await signedFiles(document, this.key);
    const rows: ReportFileRow[] = files.map(({ format, bytes }) => ({
      format,
      bytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      body: Uint8Array.from(gzipSync(bytes)),
    }));
    const rowCount = document.tables.reduce((sum, table) => sum + table.totalRows, 0);
    const outcome = { rowCount, truncated: isTruncated(document), digest, finishedAt: new Date() };
    await this.db.withOrg(report.orgId, async (tx) => {
      if (!(await finishReport(tx, report, outcome, rows))) return;
      await recordChange(tx, report.orgId, {
        kind: 'report.finished',
        actor: SYSTEM,
        path: 'api',
        target: { type: 'report', id: report.id, label: document.title },
        after: { rows: rowCount, digest },
      });
      const { id, kind } = report;
      await deliverWebhook(tx, report.orgId, 'report.ready', {
        id,
        kind,
        title: document.title,
        rowCount,
        digest,
      });
      const attached = rows.map(({ format, sha256 }, i) => ({
        format,
        sha256,
        bytes: files[i]?.bytes ?? Buffer.alloc(0),
      }));
      await deliverScheduled(tx, report, { rowCount, digest, files: attached });
    });
  }

  private async build(report: ReportRow): Promise<ReportDocument> {
    const kind = report.kind as ReportKind;
    const { title, purpose, controls } = infoOf(kind);
    const keys = await this.key.publicKeys();
    const { orgName, content } = await this.db.withOrgClient(report.orgId, async (client) => {
      const orgName = await readOrgName(client);
      const context = newContext({
        ...{ client, orgId: report.orgId, orgName, keys, now: report.createdAt },
        progress: (percent, note) => this.say(report, Math.round(percent), note),
      });
      return { orgName, content: await BUILDERS[kind](context, readParameters(report.parameters)) };
    });
    return {
      ...{ schema: 1, id: report.id, kind, title, purpose },
      organisation: { id: report.orgId, name: orgName },
      requestedBy: report.requestedByLabel,
      requestedAt: report.createdAt.toISOString(),
      generatedAt: new Date().toISOString(),
      parameters: report.parameters as Record<string, unknown>,
      controls: controlsOf(controls),
      ...content,
    };
  }

  /** What people see while they wait. That it cannot be said is no reason to fail. */
  private async say(report: ReportRow, percent: number, note: string): Promise<void> {
    await this.db
      .withOrg(report.orgId, (tx) => setProgress(tx, report.id, percent, note))
      .catch(() => undefined);
  }

  private async fail(report: ReportRow, reason: string): Promise<void> {
    this.log.warn(`report ${report.id} failed: ${reason}`);
    await this.db.withOrg(report.orgId, async (tx) => {
      if (!(await failReport(tx, report.id, reason, new Date()))) return;
      await recordChange(tx, report.orgId, {
        kind: 'report.failed',
        actor: SYSTEM,
        path: 'api',
        target: { type: 'report', id: report.id, label: infoOf(report.kind as ReportKind).title },
        reason,
      });
      await deliverScheduled(tx, report, { error: reason });
    });
  }
}
