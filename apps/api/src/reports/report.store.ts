import type { Prisma } from '../generated/prisma/client.js';
import type { SystemDb } from '../tenancy/system-db.js';
import type { Tx } from '../tenancy/tenant-db.js';
import type { ReportFormat } from './report-file.js';

export interface ReportRow {
  id: string;
  orgId: string;
  kind: string;
  parameters: unknown;
  requestedBy: string | null;
  requestedByLabel: string;
  status: string;
  progress: number;
  progressNote: string;
  attempts: number;
  error: string | null;
  rowCount: number | null;
  truncated: boolean;
  digest: string | null;
  createdAt: Date;
  finishedAt: Date | null;
  expiresAt: Date;
  /** The schedule that it was made for, and is sent by. */
  scheduleId: string | null;
}

export interface NewReport {
  id: string;
  orgId: string;
  kind: string;
  parameters: Record<string, unknown>;
  requestedBy: string | null;
  requestedByLabel: string;
  createdAt: Date;
  expiresAt: Date;
  scheduleId: string | null;
}

export async function insertReport(tx: Tx, report: NewReport): Promise<void> {
  await tx.report.createMany({
    data: [{ ...report, parameters: report.parameters as Prisma.InputJsonObject }],
  });
}

export const findReport = (tx: Tx, id: string): Promise<ReportRow | null> =>
  tx.report.findUnique({ where: { id } });

/** Newest first; ids grow with time (UUIDv7). */
export function listReports(
  tx: Tx,
  take: number,
  beforeId: string | undefined,
  kind: string | undefined,
): Promise<ReportRow[]> {
  return tx.report.findMany({
    where: { ...(beforeId ? { id: { lt: beforeId } } : {}), ...(kind ? { kind } : {}) },
    orderBy: { id: 'desc' },
    take,
  });
}

/** The newest report of each of these schedules. */
export const newestReports = (tx: Tx, scheduleIds: readonly string[]): Promise<ReportRow[]> =>
  tx.report.findMany({
    where: { scheduleId: { in: [...scheduleIds] } },
    distinct: ['scheduleId'],
    orderBy: [{ scheduleId: 'asc' }, { id: 'desc' }],
  });

export const countUnfinished = (tx: Tx): Promise<number> =>
  tx.report.count({ where: { status: { in: ['queued', 'running'] } } });

/** Takes the report for a run; undefined when there is nothing left to do. */
export async function beginRun(tx: Tx, id: string): Promise<ReportRow | undefined> {
  const { count } = await tx.report.updateMany({
    where: { id, status: { in: ['queued', 'running'] } },
    data: { status: 'running', attempts: { increment: 1 } },
  });
  return count === 0 ? undefined : ((await findReport(tx, id)) ?? undefined);
}

export async function setProgress(tx: Tx, id: string, progress: number, progressNote: string): Promise<void> {
  await tx.report.updateMany({ where: { id, status: 'running' }, data: { progress, progressNote } });
}

export interface ReportFileRow {
  format: ReportFormat;
  bytes: number;
  sha256: string;
  body: Uint8Array<ArrayBuffer>;
}

/** False when another run has finished it meanwhile: then the first one's files stay. */
export async function finishReport(
  tx: Tx,
  report: { id: string; orgId: string },
  outcome: { rowCount: number; truncated: boolean; digest: string; finishedAt: Date },
  files: readonly ReportFileRow[],
): Promise<boolean> {
  const { count } = await tx.report.updateMany({
    where: { id: report.id, status: 'running' },
    data: { ...outcome, status: 'done', progress: 100, progressNote: '' },
  });
  if (count !== 1) return false;
  await tx.reportFile.createMany({
    data: files.map((file) => ({ ...file, orgId: report.orgId, reportId: report.id })),
  });
  return true;
}

export async function failReport(tx: Tx, id: string, error: string, finishedAt: Date): Promise<boolean> {
  const { count } = await tx.report.updateMany({
    where: { id, status: { in: ['queued', 'running'] } },
    data: { status: 'failed', error, finishedAt, progressNote: '' },
  });
  return count === 1;
}

export const findReportFile = (tx: Tx, reportId: string, format: ReportFormat) =>
  tx.reportFile.findFirst({ where: { reportId, format }, select: { body: true, sha256: true, bytes: true } });

export async function deleteReportRow(tx: Tx, id: string): Promise<boolean> {
  const { count } = await tx.report.deleteMany({ where: { id } });
  return count === 1;
}

/** Of one organisation at a time; the next run goes on. */
const EXPIRED_MAX = 200;

export async function orgsWithExpired(db: SystemDb): Promise<string[]> {
  const rows = await db.query<{ org_id: string }>(
    'select distinct org_id from report where expires_at < now()',
  );
  return rows.map(({ org_id }) => org_id);
}

/** Those that expired, with their files; answers with what they were. */
export async function deleteExpired(tx: Tx): Promise<ReportRow[]> {
  const expired = await tx.report.findMany({
    where: { expiresAt: { lt: new Date() } },
    orderBy: { expiresAt: 'asc' },
    take: EXPIRED_MAX,
  });
  await tx.report.deleteMany({ where: { id: { in: expired.map(({ id }) => id) } } });
  return expired;
}
