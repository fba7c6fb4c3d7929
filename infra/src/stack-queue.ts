import { join } from 'node:path';
import { type Ports, portHint, type StartOptions } from './options.js';
import type { StackPaths } from './paths.js';
import { assertPortFree } from './ports.js';
import { findRedisBinary, type RedisServer, startRedis } from './redis.js';

/** Where the jobs wait, and why there. */
export type Queue =
  | { readonly backend: 'redis'; readonly url: string; readonly why: string; readonly server?: RedisServer }
  | { readonly backend: 'postgres'; readonly why: string };

/** Redis when REDIS_URL names one or the machine has one; else BullMQ's PostgreSQL backend, which needs nothing more. */
export async function startQueue(
  wanted: StartOptions['queue'],
  ports: Ports,
  paths: StackPaths,
): Promise<Queue> {
  if (wanted === 'postgres') return { backend: 'postgres', why: 'as asked with --queue postgres' };
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== '') return { backend: 'redis', url: given, why: 'REDIS_URL is set' };
  const binary = findRedisBinary();
  if (binary === undefined) {
    if (wanted === 'redis')
      throw new Error('--queue redis needs REDIS_URL, or redis-server or valkey-server on PATH');
    return { backend: 'postgres', why: 'no REDIS_URL, and no redis-server or valkey-server on PATH' };
  }
  await assertPortFree(ports.redis, 'redis', portHint('redis'));
  const server = await startRedis({ port: ports.redis, log: join(paths.logs, 'redis.log') });
  return { backend: 'redis', url: server.url, why: `${binary} is on PATH`, server };
}
