import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { OrgRole } from '../auth/access.js';
import { Actor } from '../auth/actor.decorator.js';
import { Report, toReport } from '../reports/report.type.js';
import type { OrgActor } from '../tenancy/actor.js';
import { TenantDb } from '../tenancy/tenant-db.js';
import { runScheduleNow } from './run-schedule.js';
import { createSchedule, deleteSchedule, updateSchedule } from './save-schedule.js';
import { getSchedule, listSchedules } from './schedule.queries.js';
import { ReportSchedule, ReportScheduleInput, toSchedule, toScheduleInput } from './schedule.type.js';

@Resolver(() => ReportSchedule)
export class ReportSchedulesResolver {
  constructor(private readonly db: TenantDb) {}

  @OrgRole('auditor')
  @Query(() => [ReportSchedule])
  async reportSchedules(@Actor() actor: OrgActor): Promise<ReportSchedule[]> {
    return (await listSchedules(this.db, actor)).map(toSchedule);
  }

  @OrgRole('auditor')
  @Query(() => ReportSchedule)
  async reportSchedule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<ReportSchedule> {
    return toSchedule(await getSchedule(this.db, actor, id));
  }

  @OrgRole('admin')
  @Mutation(() => ReportSchedule, { description: 'For admins, like the integrations it sends to.' })
  async createReportSchedule(
    @Actor() actor: OrgActor,
    @Args('schedule', { type: () => ReportScheduleInput }) schedule: ReportScheduleInput,
  ): Promise<ReportSchedule> {
    return toSchedule(await createSchedule(this.db, actor, toScheduleInput(schedule)));
  }

  @OrgRole('admin')
  @Mutation(() => ReportSchedule)
  async updateReportSchedule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('schedule', { type: () => ReportScheduleInput }) schedule: ReportScheduleInput,
  ): Promise<ReportSchedule> {
    return toSchedule(await updateSchedule(this.db, actor, id, toScheduleInput(schedule)));
  }

  @OrgRole('admin')
  @Mutation(() => Boolean, { description: 'Its reports stay.' })
  async deleteReportSchedule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<boolean> {
    await deleteSchedule(this.db, actor, id);
    return true;
  }

  @OrgRole('admin')
  @Mutation(() => Report, { description: 'Made and sent now; the calendar goes on as before.' })
  async runReportSchedule(
    @Actor() actor: OrgActor,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<Report> {
    return toReport(await runScheduleNow(this.db, actor, id));
  }
}
