import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { JobWorker } from './job-worker.js';
import { OutboxRelay } from './outbox.js';
import { JobRegistry } from './registry.js';
import { RunJob } from './run-job.js';

/** Part of the worker process alone: requests only ever write to the outbox. */
@Module({
  imports: [DiscoveryModule],
  providers: [JobRegistry, RunJob, OutboxRelay, JobWorker],
})
export class JobsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly relay: OutboxRelay,
    private readonly worker: JobWorker,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.worker.start();
    this.relay.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.relay.stop();
    await this.worker.stop();
  }
}
