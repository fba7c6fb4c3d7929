import { findRedisBinary, type RedisServer, startRedis } from '@postern/infra/redis';
import type { Config } from '../src/config.js';

/** A queue engine that tests may take away and give back. */
export interface QueueBackend {
  readonly name: 'redis' | 'postgres';
  /** What the configuration says about it; undefined leaves the test database's own PostgreSQL queue. */
  start(): Promise<{ queue?: Config['queue']; stop(): Promise<void> }>;
}

const given = process.env.POSTERN_TEST_REDIS_URL;

const redis: QueueBackend = {
  name: 'redis',
  start: async () => {
    // Each file has a server of its own where it can: BullMQ's keys would meet otherwise.
    if (findRedisBinary() === undefined && given)
      return { queue: { backend: 'redis', url: given }, stop: async () => {} };
    const server: RedisServer = await startRedis();
    return { queue: { backend: 'redis', url: server.url }, stop: () => server.stop() };
  },
};

const postgres: QueueBackend = { name: 'postgres', start: async () => ({ stop: async () => {} }) };

/** Every engine that this machine has. CI has both. */
export const QUEUE_BACKENDS: QueueBackend[] =
  findRedisBinary() !== undefined || given ? [redis, postgres] : [postgres];
