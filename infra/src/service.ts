import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { guardAgainstOrphan } from './guard.js';
import { REPOSITORY } from './paths.js';

export interface ServiceSpec {
  readonly name: string;
  /** Arguments of node: a script and its own. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  /** How we know that it works: an address that answers with a status below 400, or a text in its log. */
  readonly ready: { readonly url: string } | { readonly logged: string };
}

/** One process of ours: it can be stopped and started again (fault tests do), and ends with this process at the latest. */
export interface Service {
  readonly name: string;
  readonly logFile: string;
  readonly pid: number | undefined;
  start(): Promise<void>;
  /** SIGTERM, then SIGKILL after ten seconds. */
  stop(): Promise<void>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;

/** What children inherit: the machine's environment without ours and npm's. */
function inherited(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(POSTERN_|npm_|VITEST|NODE_ENV$)/.test(entry[0]),
  );
  return Object.fromEntries(kept);
}

export function tail(path: string, lines = 15): string {
  return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n') : '';
}

/** `logStart`: length of the log before this start. */
async function isReady({ ready, logFile }: ServiceSpec, logStart: number): Promise<boolean> {
  if ('logged' in ready) return readFileSync(logFile).subarray(logStart).includes(ready.logged);
  try {
    const response = await fetch(ready.url, { signal: AbortSignal.timeout(5_000), redirect: 'manual' });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

/** `onDeath` hears of an end that nobody asked for. */
export function service(spec: ServiceSpec, onDeath: (service: Service) => void = () => undefined): Service {
  let child: ChildProcess | undefined;
  let ended: Promise<void> = Promise.resolve();
  let wanted = false;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    wanted = false;
    if (child === undefined) return;
    child.kill(signal);
    const running = child;
    const patience = setTimeout(() => running.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
  };

  const launch = (): ChildProcess => {
    const log = openSync(spec.logFile, 'a');
    const launched = spawn(process.execPath, [...spec.args], {
      cwd: REPOSITORY,
      env: { ...inherited(), NODE_ENV: 'production', ...spec.env },
      stdio: ['ignore', log, log],
      detached: true,
    });
    closeSync(log);
    const release = launched.pid === undefined ? () => undefined : guardAgainstOrphan(launched.pid, 'TERM');
    ended = new Promise((resolve) => {
      launched.once('error', () => resolve());
      launched.once('exit', () => {
        release();
        child = undefined;
        resolve();
        if (wanted && started) onDeath(self);
      });
    });
    return launched;
  };

  let started = false;
  const self: Service = {
    name: spec.name,
    logFile: spec.logFile,
    get pid() {
      return child?.pid;
    },
    start: async () => {
      wanted = true;
      started = false;
      const logStart = existsSync(spec.logFile) ? statSync(spec.logFile).size : 0;
      child = launch();
      for (const limit = Date.now() + READY_WITHIN_MS; ; ) {
        if (child === undefined || Date.now() > limit) {
          await end('SIGTERM');
          throw new Error(
            `${spec.name} did not start; the end of ${spec.logFile} says:\n${tail(spec.logFile)}`,
          );
        }
        if (await isReady(spec, logStart)) break;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      started = true;
    },
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
  return self;
}
