import { createRequire } from 'node:module';
import { join } from 'node:path';
import { REPOSITORY, type StackPaths } from './paths.js';
import type { ServiceSpec } from './service.js';
import type { Queue } from './stack-queue.js';

/** Addresses of one local stack, as people and programs use them. */
export interface StackUrls {
  readonly web: string;
  readonly api: string;
  readonly graphql: string;
  readonly console: string;
}

export interface ControlPlaneDatabase {
  readonly owner: string;
  readonly app: string;
  readonly system: string;
  readonly queue: string;
}

const script = (...parts: string[]): string => join(REPOSITORY, ...parts);

/** Environment of the api's processes; the names are those of apps/api/src/config.ts. */
export function apiEnv(
  database: ControlPlaneDatabase,
  queue: Queue,
  urls: StackUrls,
  paths: StackPaths,
): Record<string, string> {
  return {
    POSTERN_DATABASE_URL: database.app,
    POSTERN_SYSTEM_DATABASE_URL: database.system,
    POSTERN_QUEUE: queue.backend,
    ...(queue.backend === 'redis'
      ? { POSTERN_REDIS_URL: queue.url }
      : { POSTERN_QUEUE_DATABASE_URL: database.queue }),
    POSTERN_API_HOST: '127.0.0.1',
    POSTERN_API_PORT: new URL(urls.api).port,
    POSTERN_API_URL: urls.api,
    POSTERN_WEB_URL: urls.web,
    POSTERN_SIGNING_KEY_FILE: paths.signingKey,
    POSTERN_COOKIE_SECURE: 'false',
    POSTERN_LOG_LEVEL: 'info',
  };
}

export const API_CLI = script('apps', 'api', 'dist', 'cli.js');

export function apiSpec(env: Record<string, string>, urls: StackUrls, paths: StackPaths): ServiceSpec {
  const logFile = join(paths.logs, 'api.log');
  return {
    name: 'api',
    args: [script('apps', 'api', 'dist', 'main.js')],
    env,
    logFile,
    ready: { url: `${urls.api}/healthz` },
  };
}

export function workerSpec(env: Record<string, string>, paths: StackPaths): ServiceSpec {
  return {
    name: 'worker',
    args: [script('apps', 'api', 'dist', 'worker.js')],
    env,
    logFile: join(paths.logs, 'worker.log'),
    ready: { logged: '"msg":"ready"' },
  };
}

export function webSpec(urls: StackUrls, paths: StackPaths): ServiceSpec {
  const web = script('apps', 'web');
  const next = createRequire(join(web, 'package.json')).resolve('next/dist/bin/next');
  const { port } = new URL(urls.web);
  return {
    name: 'web',
    args: [next, 'start', web, '--port', port, '--hostname', '127.0.0.1'],
    env: { POSTERN_API_URL: urls.api, PORT: port, HOSTNAME: '127.0.0.1', NEXT_TELEMETRY_DISABLED: '1' },
    logFile: join(paths.logs, 'web.log'),
    ready: { url: `${urls.web}/sign-in` },
  };
}

export function agentSpec(
  config: string,
  env: Record<string, string>,
  urls: StackUrls,
  paths: StackPaths,
): ServiceSpec {
  return {
    name: 'agent',
    args: [script('apps', 'agent', 'dist', 'cli.js'), 'agent', '--config', config],
    env,
    logFile: join(paths.logs, 'agent.log'),
    ready: { url: `${urls.console}/healthz` },
  };
}
