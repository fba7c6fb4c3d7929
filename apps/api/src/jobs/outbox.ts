import { createHash } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config.js';
import { CHANNELS, Notifications } from '../notifications/notifications.js';
import { SystemDb } from '../tenancy/system-db.js';
import { claimWork, markQueued, type WaitingWork } from './outbox.store.js';
import { type Opened, openQueue } from './queue.js';

const BATCH = 500;
const POLL_MS = 2_000;
const ADD_TIMEOUT_MS = 5_000;
const RETRY_MS = [250, 500, 1_000, 2_000];

/**
 * Hands the outbox to the queue: at once when told of a commit, and every two seconds in case a message was lost. With the
 * queue away the rows stay, and are tried again.
 */
@Injectable()
export class OutboxRelay {
  private readonly log = new Logger('outbox');
  private queue: Opened<ReturnType<typeof openQueue>['it']> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private draining: Promise<void> | undefined;
  private askedAgain = false;
  private failures = 0;
  private stopped = false;

  constructor(
    private readonly db: SystemDb,
    private readonly notifications: Notifications,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  start(): void {
    this.queue = openQueue(this.config.queue);
    this.queue.it.on('error', () => {}); // told by `drain`, once
    const wake = () => this.wake();
    this.notifications.subscribe(CHANNELS.outbox, { onMessage: wake, onGap: wake });
    this.wake();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.draining;
    await this.queue?.close();
  }

  private wake(): void {
    if (this.stopped) return;
    this.askedAgain = true;
    if (this.draining || this.failures > 0) return; // it looks again when done, or when its wait is over
    this.schedule(0);
  }

  private schedule(ms: number): void {
    clearTimeout(this.timer);
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.draining = this.drain().finally(() => {
        this.draining = undefined;
      });
    }, ms);
  }

  private async drain(): Promise<void> {
    try {
      do this.askedAgain = false;
      while ((await this.relayBatch()) === BATCH || this.askedAgain);
      if (this.failures > 0) this.log.log('the queue takes work again');
      this.failures = 0;
      this.schedule(POLL_MS);
    } catch (error) {
      if (this.failures === 0)
        this.log.warn(`work stays in the outbox: ${(error as Error).message}; trying again`);
      this.schedule(RETRY_MS[Math.min(this.failures, RETRY_MS.length - 1)] ?? POLL_MS);
      this.failures += 1;
    }
  }

  /** Number of rows taken. They are marked in the transaction that holds them, after the queue has the job. */
  private async relayBatch(): Promise<number> {
    return this.db.transaction(async (client) => {
      const work = await claimWork(client, BATCH);
      const ids = work.flatMap((item) => item.ids);
      if (ids.length === 0) return 0;
      await this.queue?.ready();
      await withTimeout(this.add(work), ADD_TIMEOUT_MS);
      await markQueued(client, ids);
      return ids.length;
    });
  }

  private async add(work: WaitingWork[]): Promise<void> {
    await this.queue?.it.addBulk(
      work.map(({ job, payload, again }) => ({
        name: job,
        data: payload,
        // One waits at most while one runs, and what was asked meanwhile runs afterwards. Not for what may have been
        // forgotten: a key left behind by a lost job must not hold it up for ever.
        opts: again ? {} : { deduplication: { id: workId(job, payload), keepLastIfActive: true } },
      })),
    );
  }
}

function workId(job: string, payload: Record<string, unknown>): string {
  const entries = Object.entries(payload).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([job, entries]))
    .digest('base64url');
}

/** An add to a Redis that has gone away may hang (TOOLCHAIN, 5). A late one does no harm: jobs may run twice. */
async function withTimeout<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the queue did not answer within ${ms} ms`)), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
