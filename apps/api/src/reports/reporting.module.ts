import { Module } from '@nestjs/common';
import { SigningModule } from '../policy/signing.module.js';
import { ExpireReportsJob } from './expire-reports.job.js';
import { ExpireReports } from './expire-reports.js';
import { RunReportJob } from './run-report.job.js';
import { RunReport } from './run-report.js';

/** The worker's part of reports: making them. */
@Module({ imports: [SigningModule], providers: [RunReport, RunReportJob, ExpireReports, ExpireReportsJob] })
export class ReportingModule {}
