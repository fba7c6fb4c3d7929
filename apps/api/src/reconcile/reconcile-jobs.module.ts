import { Module } from '@nestjs/common';
import { ApplyJob, PlanJob, SettleJob, SweepJob } from './reconcile.jobs.js';
import { SettleTask } from './settle-task.js';
import { Sweep } from './sweep.js';

/** The worker's part. */
@Module({ providers: [PlanJob, ApplyJob, SettleJob, SweepJob, SettleTask, Sweep] })
export class ReconcileJobsModule {}
