import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { openWorker } from './queue.js';
import { RunJob } from './run-job.js';

const CONCURRENCY = 10;
const REST_MS = 1_000;

/** Takes jobs from the queue. Which job, and how often it has failed, is all that is ever logged. */
@Injectable()
export class JobWorker {
  private readonly log = new Logger('jobs');
  private worker: ReturnType<typeof openWorker> | undefined;
  private away = false;
  private rest: NodeJS.Timeout | undefined;

  constructor(
    private readonly runJob: RunJob,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async start(): Promise<void> {
    this.worker = openWorker(this.config.queue, (job) => this.runJob.run(job.name, job.data), CONCURRENCY);
    this.worker.it.on('error', (error) => {
      if (!this.away) this.log.warn(`trouble with the queue: ${error.message}; trying again`);
      this.away = true;
      this.takeRest();
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
    clearTimeout(this.rest);
    await this.worker?.close();
  }

  /**
   * BullMQ 6.7 waits between its tries only after ECONNREFUSED. After any other error of the engine (no more connections, a
   * login refused, a server that starts) it asks again at once, for ever, and takes a whole core for it.
   */
  private takeRest(): void {
    const worker = this.worker?.it;
    if (worker === undefined || this.rest !== undefined) return;
    void worker.pause(true);
    this.rest = setTimeout(() => {
      this.rest = undefined;
      void worker.resume();
    }, REST_MS);
  }
}
