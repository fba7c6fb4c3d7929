import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stackPaths } from '@postern/infra/paths';
import { freePorts, type Stack, type StackOptions, startStack } from '@postern/infra/stack';

/** A whole Postern in a folder of its own, small and forgetful; `stop` removes it. */
export async function testStack(options: Pick<StackOptions, 'queue' | 'web'>): Promise<Stack> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-stack-'));
  // As root the server runs as `postgres`, who must be able to come in.
  chmodSync(dir, 0o755);
  const stack = await startStack({
    paths: stackPaths(join(dir, 'postern')),
    ports: await freePorts(),
    orders: 500,
    durable: false,
    report: () => undefined,
    ...options,
  });
  return {
    ...stack,
    stop: async () => {
      await stack.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Asks until the answer holds; fails with the last answer after the time given. */
export async function eventually<T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  for (const end = Date.now() + withinMs; ; ) {
    const answer = await ask();
    if (holds(answer)) return answer;
    if (Date.now() > end) throw new Error(`still not so after ${withinMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
