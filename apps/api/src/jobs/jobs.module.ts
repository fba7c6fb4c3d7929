import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobWorker } from './job-worker.js';
import { OutboxRelay } from './outbox.js';
import { JobRegistry } from './registry.js';
import { RunJob } from './run-job.js';
import { JobSchedules } from './schedules.js';

/** Part of the worker process alone: requests only ever write to the outbox. */
@Module({
  imports: [DiscoveryModule],
  providers: [JobRegistry, RunJob, OutboxRelay, JobWorker, JobSchedules],
})
export class JobsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly worker: JobWorker,
    private readonly schedules: JobSchedules,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.worker.start();
    this.relay.start();
    this.schedules.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.schedules.stop();
    await this.relay.stop();
    await this.worker.stop();
  }
}
