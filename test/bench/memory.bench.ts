import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Benchmark } from './harness.js';

const LOOKS = 5;

/** Takes minutes, so it runs only when it is named. */
export const memory: Benchmark = {
  name: 'memory',
  title: 'Memory of the agent’s classifier over distinct statements',
  prepare: async ({ quick }) => {
    const count = quick ? 250_000 : 5_000_000;
    const at = performance.now();
    const child = fork(fileURLToPath(new URL('./memory-run.js', import.meta.url)), [
      String(count),
      String(LOOKS),
    ]);
    const resident: number[] = [];
    child.on('message', (megabytes: number) => resident.push(megabytes));
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0 || resident.length < LOOKS) throw new Error(`the process ended with ${code}`);
    const perStatement = ((performance.now() - at) * 1_000) / count;
    return {
      batch: 0,
      contenders: [],
      facts: {
        ...Object.fromEntries(
          resident.map((megabytes, look) => [
            `resident after ${(((look + 1) * count) / LOOKS).toLocaleString('en')} distinct statements`,
            `${megabytes.toFixed(0)} MB`,
          ]),
        ),
        'per statement, text made and classified': `${perStatement.toFixed(1)} µs`,
      },
    };
  },
};
