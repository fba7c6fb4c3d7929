import { Injectable } from '@nestjs/common';
import type { JobPayload } from '../jobs/catalog.js';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { RunReport } from './run-report.js';

@Injectable()
@HandlesJob('report.run')
export class RunReportJob implements JobHandler<'report.run'> {
  constructor(private readonly runReport: RunReport) {}

  async run(payload: JobPayload<'report.run'>): Promise<void> {
    await this.runReport.run(payload);
  }
}
