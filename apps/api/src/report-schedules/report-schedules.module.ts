import { Module } from '@nestjs/common';
import { ReportSchedulesResolver } from './report-schedules.resolver.js';

/** The api's part of schedules; the worker's is in `ReportingModule`. */
@Module({ providers: [ReportSchedulesResolver] })
export class ReportSchedulesModule {}
