import { Injectable } from '@nestjs/common';
import { HandlesJob, type JobHandler } from '../jobs/registry.js';
import { RunDueSchedules } from './run-schedule.js';

@Injectable()
@HandlesJob('report.schedule')
export class RunDueSchedulesJob implements JobHandler<'report.schedule'> {
  constructor(private readonly due: RunDueSchedules) {}

  run(): Promise<void> {
    return this.due.run();
  }
}
