import { createHash } from 'node:crypto';
import { chmod, mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Longest path that a Unix socket may have on every system we run on (macOS: 104 bytes with the final NUL). */
const SOCKET_PATH_MAX = 100;

export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

/** Paths of what the agent keeps. */
export interface DataDir {
  readonly identityFile: string;
  readonly policyFile: string;
  readonly leaseFile: string;
  readonly spoolDir: string;
  release(): Promise<void>;
}

async function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function listen(path: string): Promise<Server | 'in use'> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve('in use') : reject(error),
    );
    server.listen(path, () => resolve(server));
  });
}

/**
 * Two agents on one data directory would tear each other's audit chain, so the second is refused. The lock is a Unix
 * socket: unlike a pid file it can not outlive its owner or be taken for another process's.
 */
async function lock(dir: string): Promise<Server> {
  const short = join(dir, 'agent.lock');
  const digest = createHash('sha256').update(dir).digest('hex').slice(0, 16);
  const path = short.length <= SOCKET_PATH_MAX ? short : join(tmpdir(), `postern-${digest}.lock`);
  const first = await listen(path);
  if (first !== 'in use') return first;
  if (!(await isAnswered(path))) {
    await rm(path, { force: true });
    const second = await listen(path);
    if (second !== 'in use') return second;
  }
  throw new DataDirError(
    `another agent is running on the data directory \`${dir}\`; stop it, or give this one its own data_dir`,
  );
}

/** Creates the directory where needed (mode 0700) and takes it for this process. */
export async function openDataDir(path: string): Promise<DataDir> {
  let dir: string;
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    dir = await realpath(path);
    await chmod(dir, 0o700);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new DataDirError(
      `the data directory \`${path}\` can not be used (${code}); create it, owned by this user`,
    );
  }
  const server = await lock(dir);
  server.unref();
  return {
    identityFile: join(dir, 'identity.json'),
    policyFile: join(dir, 'policy.json'),
    leaseFile: join(dir, 'lease.json'),
    spoolDir: join(dir, 'audit'),
    release: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
