import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { SCHEDULES } from './catalog.js';
import { type Opened, openQueue } from './queue.js';

/** A queue that lost its memory has lost its schedulers too: they are put there again this often. */
const AGAIN_MS = 30_000;

/** BullMQ's job schedulers, one a scheduled job, however many workers there are. */
@Injectable()
export class JobSchedules {
  private readonly log = new Logger('schedules');
  private queue: Opened<ReturnType<typeof openQueue>['it']> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private putting: Promise<void> | undefined;
  private isAway = false;

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  start(): void {
    this.queue = openQueue(this.config.queue);
    this.queue.it.on('error', () => {}); // told by `put`, once
    const put = () => {
      this.putting ??= this.put().finally(() => {
        this.putting = undefined;
      });
    };
    put();
    this.timer = setInterval(put, AGAIN_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.putting;
    await this.queue?.close();
  }

  private async put(): Promise<void> {
    try {
      await this.queue?.ready();
      for (const [job, every] of Object.entries(SCHEDULES))
        await this.queue?.it.upsertJobScheduler(
          job,
          { every },
          { name: job, data: {}, opts: { attempts: 1 } },
        );
      this.isAway = false;
    } catch (error) {
      if (!this.isAway) this.log.warn(`jobs are not scheduled: ${(error as Error).message}; trying again`);
      this.isAway = true;
    }
  }
}
