import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAlive } from './guard.js';

export interface LiveRun {
  readonly pid: number;
  readonly web: string;
}

/** The run that uses this folder now. A file that a killed run left behind does not count. */
export function liveRun(path: string): LiveRun | undefined {
  if (!existsSync(path)) return undefined;
  const run = JSON.parse(readFileSync(path, 'utf8')) as LiveRun;
  if (run.pid === process.pid || !isAlive(run.pid)) return undefined;
  const command = commandOf(run.pid);
  return command !== undefined && !/bootstrap\.mjs|infra\/dist|vitest/.test(command) ? undefined : run;
}

/** Command line of a process; undefined where the machine does not tell. */
function commandOf(pid: number): string | undefined {
  const file = `/proc/${pid}/cmdline`;
  if (existsSync(file)) return readFileSync(file, 'utf8').replaceAll('\0', ' ');
  const listed = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return listed.status === 0 ? listed.stdout : undefined;
}

/** Takes the folder for this process; throws when another run has it. Returns the release. */
export function takeFolder(path: string, web: string): () => void {
  const other = liveRun(path);
  if (other !== undefined) {
    throw new Error(
      `Postern already runs here (pid ${other.pid}, ${other.web}); stop it with Ctrl-C in its terminal first`,
    );
  }
  writeFileSync(path, JSON.stringify({ pid: process.pid, web } satisfies LiveRun));
  return () => rmSync(path, { force: true });
}
