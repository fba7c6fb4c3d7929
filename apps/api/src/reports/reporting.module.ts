import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { RunDueSchedulesJob } from '../report-schedules/run-due-schedules.job.js';
import { RunDueSchedules } from '../report-schedules/run-schedule.js';
import { ExpireReportsJob } from './expire-reports.job.js';
import { ExpireReports } from './expire-reports.js';
import { RunReportJob } from './run-report.job.js';
import { RunReport } from './run-report.js';

/** The worker's part of reports: making them, when somebody asked and when the calendar does. */
@Module({
  imports: [SigningModule],
  providers: [RunReport, RunReportJob, ExpireReports, ExpireReportsJob, RunDueSchedules, RunDueSchedulesJob],
})
export class ReportingModule {}
