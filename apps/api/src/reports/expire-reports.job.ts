import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { ExpireReports } from './expire-reports.js';

@Injectable()
@HandlesJob('report.expire')
export class ExpireReportsJob implements JobHandler<'report.expire'> {
  constructor(private readonly expire: ExpireReports) {}

  run(): Promise<void> {
    return this.expire.run();
  }
}
