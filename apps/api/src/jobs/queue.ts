import { setTimeout } from 'node:timers/promises';
import {
  createPostgresBackend,
  type JobsOptions,
  type Processor,
  Queue,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import type { Config } from '../config.js';
import { QUEUE_SCHEMA } from '../ensure-logins.js';

const QUEUE = 'postern-jobs';

/** A job is retried for about half a minute; after that the outbox hands it over again. */
const JOB_OPTIONS: JobsOptions = {
  attempts: 6,
  backoff: { type: 'exponential', delay: 250, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: { count: 1_000, age: 7 * 24 * 3600 },
};

/** A worker that died is noticed after this long, and its job goes to another. */
const STALLED_AFTER_MS = 10_000;

const READY_WITHIN_MS = 1_000;

type Settings = Config['queue'];

function redis(url: string): Redis {
  return new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: 3_000,
    retryStrategy: (attempt) => Math.min(100 * attempt, 1_000),
  });
}

function postgres(url: string) {
  return { connectionString: url, schema: QUEUE_SCHEMA, application_name: 'postern-queue' };
}

/** An add to a Redis that is away would wait without end (TOOLCHAIN, 5), so ask first. */
function isReady(connection: Redis): Promise<void> {
  if (connection.status === 'ready') return Promise.resolve();
  return new Promise((resolve, reject) => {
    const late = globalThis.setTimeout(() => {
      connection.off('ready', ready);
      reject(new Error('redis is away'));
    }, READY_WITHIN_MS);
    const ready = () => {
      clearTimeout(late);
      resolve();
    };
    connection.once('ready', ready);
  });
}

/** What BullMQ opened, with what we opened for it. */
export interface Opened<T> {
  it: T;
  /** Rejects soon when the engine is away. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** The one queue. Which engine is behind it is configuration; nothing else differs. */
export function openQueue(settings: Settings): Opened<Queue> {
  const options = { defaultJobOptions: JOB_OPTIONS } satisfies Partial<QueueOptions>;
  if (settings.backend === 'postgres') {
    const it = new Queue(
      QUEUE,
      { ...options, connection: postgres(settings.url) },
      createPostgresBackend,
    ) as unknown as Queue;
    return { it, ready: async () => {}, close: () => it.close() };
  }
  const connection = redis(settings.url);
  const it = new Queue(QUEUE, { ...options, connection });
  return { it, ready: () => isReady(connection), close: () => closeBoth(it, connection) };
}

export function openWorker(settings: Settings, process: Processor, concurrency: number): Opened<Worker> {
  const options = {
    concurrency,
    autorun: true,
    lockDuration: STALLED_AFTER_MS,
    stalledInterval: STALLED_AFTER_MS / 2,
    maxStalledCount: 10,
  } satisfies Partial<WorkerOptions>;
  if (settings.backend === 'postgres') {
    const it = new Worker(
      QUEUE,
      process,
      { ...options, connection: postgres(settings.url) },
      createPostgresBackend,
    ) as unknown as Worker;
    return { it, ready: async () => {}, close: () => it.close() };
  }
  const connection = redis(settings.url);
  const it = new Worker(QUEUE, process, { ...options, connection });
  return { it, ready: () => isReady(connection), close: () => closeBoth(it, connection) };
}

/** Longest wait for an orderly end; what was not done is in the outbox still. */
const CLOSE_WITHIN_MS = 5_000;

async function closeBoth(it: { close(): Promise<void> }, connection: Redis): Promise<void> {
  if (connection.status !== 'ready') connection.disconnect(); // closing would wait for a Redis that is away
  // BullMQ's close does not end when its own second connection comes back at the wrong moment (seen once in ten).
  const giveUp = new AbortController();
  const late = setTimeout(CLOSE_WITHIN_MS, undefined, { signal: giveUp.signal }).catch(() => undefined);
  await Promise.race([it.close(), late]);
  giveUp.abort();
  connection.disconnect();
}
