import { PosternError } from '@postern/core/errors';
import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import { violatedConstraint } from '../errors/prisma-error.js';
import { webhooksById } from '../integrations/integration.queries.js';
import { auditActorOf, type OrgActor } from '../tenancy/actor.js';
import type { TenantDb, Tx } from '../tenancy/tenant-db.js';
import { dueAfter } from './calendar.js';
import { requireSchedule, type ScheduleView, viewOfSchedule } from './schedule.queries.js';
import {
  changeSchedule,
  countSchedules,
  deleteScheduleRow,
  insertSchedule,
  type ScheduleFields,
  setRecipients,
} from './schedule.store.js';
import { parseSchedule, type ScheduleInput } from './schedule-input.js';

/** A list that a person looks through. */
const MOST = 50;

/** Sets up a report that is made by the calendar and sent to webhooks. */
export function createSchedule(db: TenantDb, actor: OrgActor, given: ScheduleInput): Promise<ScheduleView> {
  const now = new Date();
  const { fields, recipients } = parseSchedule(given, now);
  return named(fields.name, () =>
    db.withOrg(actor.orgId, async (tx) => {
      if ((await countSchedules(tx)) >= MOST)
        throw new PosternError('input.invalid', `there are ${MOST} report schedules`, {
          field: 'name',
          fix: 'delete one that is no longer used',
        });
      const names = await namesOf(tx, recipients);
      const id = uuidv7();
      const nextRunAt = dueAfter(fields, now);
      const creator = { createdBy: actor.userId, createdByLabel: actor.email };
      await insertSchedule(tx, { id, orgId: actor.orgId, ...fields, nextRunAt, ...creator });
      await setRecipients(tx, { id, orgId: actor.orgId }, recipients);
      await recordChange(tx, actor.orgId, {
        kind: 'report_schedule.created',
        actor: auditActorOf(actor),
        target: targetOf({ id, name: fields.name }),
        after: { ...fields, recipients: names },
      });
      return viewOfSchedule(tx, id);
    }),
  );
}

/** Changes, pauses or resumes one. What was due while it was paused is made up for by its next report's period. */
export function updateSchedule(
  db: TenantDb,
  actor: OrgActor,
  id: string,
  given: ScheduleInput,
): Promise<ScheduleView> {
  const now = new Date();
  const { fields, recipients } = parseSchedule(given, now);
  return named(fields.name, () =>
    db.withOrg(actor.orgId, async (tx) => {
      const before = await viewOfSchedule(tx, id);
      const names = await namesOf(tx, recipients);
      await changeSchedule(tx, before.id, { ...fields, nextRunAt: dueAfter(fields, now) });
      await setRecipients(tx, before, recipients);
      await recordChange(tx, actor.orgId, {
        kind: 'report_schedule.updated',
        actor: auditActorOf(actor),
        target: targetOf({ id: before.id, name: fields.name }),
        before: { ...factsOf(before), recipients: before.recipients.map(({ name }) => name).sort() },
        after: { ...fields, recipients: names },
      });
      return viewOfSchedule(tx, before.id);
    }),
  );
}

/** Its reports stay. */
export async function deleteSchedule(db: TenantDb, actor: OrgActor, id: string): Promise<void> {
  await db.withOrg(actor.orgId, async (tx) => {
    const row = await requireSchedule(tx, id);
    await deleteScheduleRow(tx, row.id);
    await recordChange(tx, actor.orgId, {
      kind: 'report_schedule.deleted',
      actor: auditActorOf(actor),
      target: targetOf(row),
      before: factsOf(row),
    });
  });
}

/** Names of the webhooks, for the trail; each must be one of the organisation's. */
async function namesOf(tx: Tx, integrationIds: readonly string[]): Promise<string[]> {
  const webhooks = await webhooksById(tx);
  return integrationIds
    .map((id) => {
      const webhook = webhooks.get(id);
      if (webhook) return webhook.name;
      throw new PosternError('integration.not_found', `there is no webhook \`${id}\` here`, {
        field: 'recipients',
        fix: 'choose among the integrations of the kind webhook',
      });
    })
    .sort();
}

const targetOf = ({ id, name }: { id: string; name: string }) => ({
  type: 'report_schedule',
  id,
  label: name,
});

const factsOf = (row: Omit<ScheduleFields, 'parameters'> & { parameters: unknown }) => ({
  name: row.name,
  kind: row.kind,
  parameters: row.parameters,
  cadence: row.cadence,
  hour: row.hour,
  weekday: row.weekday,
  day: row.day,
  timeZone: row.timeZone,
  format: row.format,
  enabled: row.enabled,
});

async function named<T>(name: string, work: () => Promise<T>): Promise<T> {
  return work().catch((error) => {
    if (violatedConstraint(error) !== 'report_schedule_name_unique') throw error;
    throw new PosternError('report_schedule.name_taken', `there is a report schedule \`${name}\` already`, {
      field: 'name',
      fix: 'choose another name',
    });
  });
}
