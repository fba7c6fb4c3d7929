import { spawn } from 'node:child_process';
import { accessSync, closeSync, constants, openSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { guardAgainstOrphan } from './guard.js';
import { freePort } from './ports.js';

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface RedisOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Path of a log file; default none. */
  readonly log?: string;
}

/** First program of that name on PATH. */
export function findOnPath(name: string): string | undefined {
  for (const dir of (process.env.PATH ?? '').split(delimiter)) {
    if (dir === '') continue;
    try {
      accessSync(join(dir, name), constants.X_OK);
      return join(dir, name);
    } catch {
      // not here
    }
  }
  return undefined;
}

/** Path of redis-server or valkey-server, when the machine has one. */
export const findRedisBinary = (): string | undefined =>
  findOnPath('redis-server') ?? findOnPath('valkey-server');

/** Starts Redis without persistence: jobs can be derived again from Postgres. It ends with this process at the latest. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const binary = findRedisBinary();
  if (binary === undefined) throw new Error('there is no redis-server or valkey-server on PATH');
  const port = options.port ?? (await freePort());
  const out = options.log === undefined ? 'ignore' : openSync(options.log, 'a');
  const child = spawn(
    binary,
    [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--maxmemory-policy',
      'noeviction',
    ],
    { stdio: ['ignore', out, out], detached: true, cwd: '/' },
  );
  if (typeof out === 'number') closeSync(out);
  child.once('error', () => undefined);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  if (child.pid === undefined) throw new Error(`${binary} cannot be run`);
  const release = guardAgainstOrphan(child.pid, 'TERM');
  void ended.then(release);
  for (const end = Date.now() + 10_000; !(await answersPing(port)); ) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL');
      throw new Error(`${binary} did not start on port ${port}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(patience);
    },
  };
}

function answersPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
