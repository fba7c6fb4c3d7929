import { spawn } from 'node:child_process';

/**
 * Ends `pid` when this process is gone, however it went (kill -9 too): a shell waits on a pipe that only we hold.
 * A process of its own group, so that Ctrl-C in the terminal reaches us alone and we stop things in order.
 * Call the returned function once the child has ended, before its pid can belong to somebody else.
 */
export function guardAgainstOrphan(pid: number, signal: 'INT' | 'TERM'): () => void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -s "$0" "$1" 2>/dev/null', signal, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  guard.stdin.on('error', () => undefined);
  guard.on('error', () => undefined);
  guard.unref();
  // The pipe would keep our event loop alive otherwise; it is a socket, which the stream type does not say.
  (guard.stdin as unknown as { unref(): void }).unref();
  return () => {
    guard.kill('SIGKILL');
    guard.stdin.destroy();
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Waits until the process has ended; false when it still runs after the time given. */
export async function waitForExit(pid: number, timeoutMs: number): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  while (isAlive(pid)) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}
