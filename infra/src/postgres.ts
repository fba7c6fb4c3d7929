import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guardAgainstOrphan, isAlive, waitForExit } from './guard.js';
import { freePort } from './ports.js';
import { nativeDir, type PostgresMajor } from './postgres-binaries.js';
import { prepareDataDir, type ServerUser, serverUser } from './postgres-user.js';

export interface PostgresOptions {
  /** Made and initialised when absent. */
  readonly dataDir: string;
  /** Default 18, which Postern itself runs on. 15 is installed too where it exists; others by hand (postgres-binaries.ts). */
  readonly major?: PostgresMajor;
  /** Default: any free port. */
  readonly port?: number;
  /** Settings as `name=value`, on top of ours. */
  readonly flags?: readonly string[];
  /** Path of the server's log; default `<dataDir>.log`. */
  readonly log?: string;
  /** The superuser's password: needed again at each start of the same data. Default: random. */
  readonly password?: string;
  /** False for data that may be lost with the machine (tests): no fsync. Default true. */
  readonly durable?: boolean;
}

/** A running embedded PostgreSQL, TCP on 127.0.0.1 only. */
export interface PostgresServer {
  readonly port: number;
  readonly pid: number;
  /** Where the data really is (as root it may be behind a symlink). */
  readonly dataDir: string;
  readonly logFile: string;
  superuserUrl(db?: string): string;
  stop(): Promise<void>;
}

const BASE_SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'lc_messages=C',
  'log_line_prefix=%m [%p] %d ',
  'shared_preload_libraries=pg_stat_statements',
];
const FORGETFUL_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

function initialise(
  native: string,
  major: PostgresMajor,
  dataDir: string,
  password: string,
  durable: boolean,
  user?: ServerUser,
): void {
  const passwordFile = join(tmpdir(), `postern-${randomBytes(8).toString('hex')}`);
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: 'wx' });
  if (user !== undefined) chownSync(passwordFile, user.uid, user.gid);
  // The built-in provider (since 17) sorts and folds alike on every platform; C.UTF-8 as libc locale is missing on macOS.
  const provider = major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const run = (locale: string) =>
    spawnSync(
      join(native, 'bin', 'initdb'),
      [
        ...[
          '--pgdata',
          dataDir,
          '--username',
          'postgres',
          '--pwfile',
          passwordFile,
          '--auth',
          'scram-sha-256',
        ],
        ...['--encoding=UTF8', ...provider, `--locale=${locale}`],
        ...(durable ? [] : ['--no-sync']),
      ],
      { ...user, cwd: '/', encoding: 'utf8' },
    );
  try {
    let result = run('C.UTF-8');
    if (result.status !== 0) result = run('C');
    if (result.status !== 0) {
      throw new Error(`initdb failed: ${result.error?.message ?? `${result.stderr}${result.stdout}`.trim()}`);
    }
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Ends a server of the same data that an earlier run left behind; a stale pid of something else is forgotten. */
async function stopLeftover(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (!Number.isInteger(pid) || pid <= 1 || !isAlive(pid)) return;
  if (!runsIn(pid, dataDir)) {
    rmSync(pidFile, { force: true });
    return;
  }
  process.kill(pid, 'SIGINT');
  if (await waitForExit(pid, 15_000)) return;
  process.kill(pid, 'SIGQUIT');
  await waitForExit(pid, 10_000);
}

/** Is this pid the postmaster of that data? It works in its data folder (Linux) or names it as argument. */
function runsIn(pid: number, dataDir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === dataDir;
  } catch {
    const listed = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return (listed.stdout ?? '').includes(dataDir);
  }
}

/** The postmaster writes its state to line 8 of postmaster.pid (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function waitUntilReady(child: ChildProcess, dataDir: string, logFile: string): Promise<void> {
  const pidFile = join(dataDir, 'postmaster.pid');
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (child.exitCode !== null || child.signalCode !== null) break;
    const lines = existsSync(pidFile) ? readFileSync(pidFile, 'utf8').split('\n') : [];
    if (lines[0]?.trim() === String(child.pid) && lines[7]?.trim() === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  child.kill('SIGQUIT');
  const tail = existsSync(logFile)
    ? readFileSync(logFile, 'utf8').trim().split('\n').slice(-8).join('\n')
    : '';
  throw new Error(`PostgreSQL did not start; the end of ${logFile} says:\n${tail}`);
}

/** Starts PostgreSQL on `dataDir`, as the user `postgres` when we are root. It ends with this process at the latest. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const durable = options.durable ?? true;
  const password = options.password ?? randomBytes(18).toString('base64url');
  const user = serverUser();
  const major = options.major ?? 18;
  const native = nativeDir(user, major);
  const dataDir = prepareDataDir(options.dataDir, user);
  if (!existsSync(join(dataDir, 'PG_VERSION'))) initialise(native, major, dataDir, password, durable, user);
  else if (options.password === undefined)
    throw new Error(`${dataDir} is in use since earlier: its password is needed`);
  await stopLeftover(dataDir);

  const port = options.port ?? (await freePort());
  const logFile = options.log ?? `${options.dataDir}.log`;
  const log = openSync(logFile, 'a');
  const settings = [...BASE_SETTINGS, ...(durable ? [] : FORGETFUL_SETTINGS), ...(options.flags ?? [])];
  const child = spawn(
    join(native, 'bin', 'postgres'),
    ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: '/', stdio: ['ignore', log, log], detached: true },
  );
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.once('error', () => undefined);
  if (child.pid === undefined) throw new Error(`PostgreSQL's program in ${native} cannot be run`);
  const release = guardAgainstOrphan(child.pid, 'INT');
  void ended.then(release);
  await waitUntilReady(child, dataDir, logFile);

  return {
    port,
    pid: child.pid,
    dataDir,
    logFile,
    superuserUrl: (db = 'postgres') =>
      `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(db)}`,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGINT');
      const patience = setTimeout(() => child.kill('SIGQUIT'), 15_000);
      await ended;
      clearTimeout(patience);
    },
  };
}
