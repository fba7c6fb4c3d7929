import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Resident memory as the kernel counts it, in MB. */
export function residentMb(pid: number | undefined): number {
  const status = `/proc/${pid}/status`;
  if (existsSync(status)) return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(status, 'utf8'))?.[1]) / 1024;
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(stdout.trim()) / 1024;
}

/** Processor time that a process and its threads have used so far; NaN where the kernel does not tell (macOS). */
export function processorSeconds(pid: number | undefined): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  // The second field is the program's name, which may have spaces and parentheses in it.
  const fields = readFileSync(path, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Files and sockets that a process has open; NaN where the kernel does not tell (macOS). */
export function descriptors(pid: number | undefined): number {
  const folder = `/proc/${pid}/fd`;
  return existsSync(folder) ? readdirSync(folder).length : Number.NaN;
}

/** Looks at a process's memory fifty times a second while `action` goes on; answers with the most it saw. */
export async function peakDuring(pid: number | undefined, action: () => Promise<unknown>): Promise<number> {
  let peak = residentMb(pid);
  const look = setInterval(() => {
    peak = Math.max(peak, residentMb(pid));
  }, 20);
  try {
    await action();
  } finally {
    clearInterval(look);
  }
  return peak;
}
