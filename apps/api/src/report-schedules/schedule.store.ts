import type { Prisma } from '../generated/prisma/client.js';
import type { SystemDb } from '../tenancy/system-db.js';
import type { Tx } from '../tenancy/tenant-db.js';
import type { Calendar } from './calendar.js';

export interface ScheduleFields extends Calendar {
  name: string;
  kind: string;
  parameters: object;
  format: string;
  enabled: boolean;
}

export interface ScheduleRow extends Omit<ScheduleFields, 'parameters'> {
  id: string;
  orgId: string;
  parameters: unknown;
  nextRunAt: Date;
  coveredTo: Date | null;
  createdByLabel: string;
  createdAt: Date;
  updatedAt: Date;
  recipients: { integrationId: string; lastDeliveryId: string | null }[];
}

const WITH_RECIPIENTS = {
  recipients: { select: { integrationId: true, lastDeliveryId: true }, orderBy: { integrationId: 'asc' } },
} as const;

export const listScheduleRows = (tx: Tx): Promise<ScheduleRow[]> =>
  tx.reportSchedule.findMany({ orderBy: [{ name: 'asc' }, { id: 'asc' }], include: WITH_RECIPIENTS });

export const findSchedule = (tx: Tx, id: string): Promise<ScheduleRow | null> =>
  tx.reportSchedule.findUnique({ where: { id }, include: WITH_RECIPIENTS });

export const countSchedules = (tx: Tx): Promise<number> => tx.reportSchedule.count();

export async function insertSchedule(
  tx: Tx,
  row: ScheduleFields & {
    id: string;
    orgId: string;
    nextRunAt: Date;
    createdBy: string;
    createdByLabel: string;
  },
): Promise<void> {
  await tx.reportSchedule.create({ data: { ...row, parameters: row.parameters as Prisma.InputJsonObject } });
}

export async function changeSchedule(
  tx: Tx,
  id: string,
  change: ScheduleFields & { nextRunAt: Date },
): Promise<void> {
  await tx.reportSchedule.update({
    where: { id },
    data: { ...change, parameters: change.parameters as Prisma.InputJsonObject, updatedAt: new Date() },
  });
}

/** Those that stay keep what is known of their last delivery. */
export async function setRecipients(
  tx: Tx,
  schedule: { id: string; orgId: string },
  integrationIds: readonly string[],
): Promise<void> {
  const { id: scheduleId, orgId } = schedule;
  await tx.reportScheduleRecipient.deleteMany({
    where: { scheduleId, integrationId: { notIn: [...integrationIds] } },
  });
  await tx.reportScheduleRecipient.createMany({
    data: integrationIds.map((integrationId) => ({ orgId, scheduleId, integrationId })),
    skipDuplicates: true,
  });
}

export async function noteSent(
  tx: Tx,
  scheduleId: string,
  integrationId: string,
  lastDeliveryId: string,
): Promise<void> {
  await tx.reportScheduleRecipient.updateMany({
    where: { scheduleId, integrationId },
    data: { lastDeliveryId },
  });
}

export async function deleteScheduleRow(tx: Tx, id: string): Promise<void> {
  await tx.reportSchedule.delete({ where: { id } });
}

/** Held until the commit: of two workers that find it due, the second finds that it no longer is. */
export async function lockDue(tx: Tx, id: string, now: Date): Promise<boolean> {
  const rows = await tx.$queryRaw<unknown[]>`
    select from report_schedule where id = ${id}::uuid and enabled and next_run_at <= ${now} for update skip locked`;
  return rows.length === 1;
}

export async function noteRun(tx: Tx, id: string, run: { coveredTo: Date; nextRunAt: Date }): Promise<void> {
  await tx.reportSchedule.update({ where: { id }, data: run });
}

export const dueSchedules = (db: SystemDb, most: number): Promise<{ orgId: string; id: string }[]> =>
  db.query(
    `select org_id as "orgId", id from report_schedule where enabled and next_run_at <= now() order by next_run_at limit $1`,
    [most],
  );
