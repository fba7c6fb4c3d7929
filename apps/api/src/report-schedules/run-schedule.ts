import { Injectable } from '@nestjs/common';
import type { ReportRow } from '../reports/report.queries.js';
import { infoOf, type ReportKind, type ReportParameters, readParameters } from '../reports/report-kinds.js';
import { addReport } from '../reports/request-report.js';
import type { OrgActor } from '../tenancy/actor.js';
import { SystemDb } from '../tenancy/system-db.js';
import { TenantDb, type Tx } from '../tenancy/tenant-db.js';
import { dueAfter, dueBefore } from './calendar.js';
import { requireSchedule } from './schedule.queries.js';
import { dueSchedules, lockDue, noteRun, type ScheduleRow } from './schedule.store.js';

/** Taken at a time; the next beat goes on. */
const BATCH = 200;

/** Asks for the reports whose time has come. Any number of workers may run it at once. */
@Injectable()
export class RunDueSchedules {
  constructor(
    private readonly system: SystemDb,
    private readonly db: TenantDb,
  ) {}

  async run(): Promise<void> {
    for (const { orgId, id } of await dueSchedules(this.system, BATCH))
      await this.db.withOrg(orgId, (tx) => runIfDue(tx, id));
  }
}

/** After a long absence one report covers all that was missed: it begins where the last one ended. */
async function runIfDue(tx: Tx, id: string): Promise<void> {
  const now = new Date();
  if (!(await lockDue(tx, id, now))) return;
  const schedule = await requireSchedule(tx, id);
  const to = dueBefore(schedule, new Date(now.getTime() + 1));
  await addReport(tx, schedule.orgId, asked(schedule, to), now, {
    id: null,
    label: `schedule “${schedule.name}”`,
    scheduleId: schedule.id,
  });
  await noteRun(tx, schedule.id, { coveredTo: to, nextRunAt: dueAfter(schedule, now) });
}

/** Makes and sends one now, up to this moment; the calendar goes on as if it had not. */
export function runScheduleNow(db: TenantDb, actor: OrgActor, id: string): Promise<ReportRow> {
  return db.withOrg(actor.orgId, async (tx) => {
    const now = new Date();
    const schedule = await requireSchedule(tx, id);
    return addReport(tx, actor.orgId, asked(schedule, now), now, {
      id: actor.userId,
      label: actor.email,
      scheduleId: schedule.id,
    });
  });
}

/** What to ask for, up to `to`; where nothing was covered yet, from one beat of the calendar before. */
function asked(schedule: ScheduleRow, to: Date): { kind: ReportKind; parameters: ReportParameters } {
  const kind = schedule.kind as ReportKind;
  const takes: readonly string[] = infoOf(kind).parameters;
  const begin = schedule.coveredTo ?? dueBefore(schedule, to);
  const from = begin < to ? begin : dueBefore(schedule, to);
  return {
    kind,
    parameters: {
      ...readParameters(schedule.parameters),
      ...(takes.includes('from') ? { from, to } : {}),
      ...(takes.includes('at') ? { at: to } : {}),
    },
  };
}
