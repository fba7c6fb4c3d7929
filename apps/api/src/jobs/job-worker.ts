import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { openWorker } from './queue.js';
import { RunJob } from './run-job.js';

const CONCURRENCY = 10;

/** Takes jobs from the queue. Which job, and how often it has failed, is all that is ever logged. */
@Injectable()
export class JobWorker {
  private readonly log = new Logger('jobs');
  private worker: ReturnType<typeof openWorker> | undefined;
  private away = false;

  constructor(
    private readonly runJob: RunJob,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async start(): Promise<void> {
    this.worker = openWorker(this.config.queue, (job) => this.runJob.run(job.name, job.data), CONCURRENCY);
    this.worker.it.on('error', (error) => {
      if (!this.away) this.log.warn(`trouble with the queue: ${error.message}; trying again`);
      this.away = true;
    });
    this.worker.it.on('active', () => {
      this.away = false;
    });
    this.worker.it.on('failed', (job, error) => {
      this.log.error(
        `${job?.name} ${JSON.stringify(job?.data)} failed (attempt ${job?.attemptsMade}): ${error.stack}`,
      );
    });
  }

  /** Waits for the jobs that run. */
  async stop(): Promise<void> {
    await this.worker?.close();
  }
}
