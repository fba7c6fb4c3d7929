import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadParser } from '@postern/core/sql';
import { run, type Tally } from './run.js';

const WORKER = 'POSTERN_FUZZ_RANGE';

/** `npm run fuzz [-- --count 1000000] [--seed 1] [--jobs 2] [--from 0]`: exit code 1 when something does not hold. */
export async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      jobs: { type: 'string', default: '2' },
      from: { type: 'string', default: '0' },
    },
  });
  const [count, seed, jobs, from] = [values.count, values.seed, values.jobs, values.from].map(Number);
  const numbers = [count, seed, jobs, from];
  if (count === undefined || seed === undefined || jobs === undefined || from === undefined) return 1;
  if (!numbers.every((value) => Number.isSafeInteger(value)) || count < 1 || jobs < 1) {
    process.stderr.write('count, seed, jobs and from are whole numbers\n');
    return 1;
  }
  const at = performance.now();
  const share = Math.ceil(count / jobs);
  const ranges = Array.from({ length: jobs }, (_, job) => [
    from + job * share,
    from + Math.min(count, (job + 1) * share),
  ]);
  const tallies = await Promise.all(ranges.map(([first, last]) => inProcess(seed, first ?? 0, last ?? 0)));
  report(tallies, count, seed, (performance.now() - at) / 1_000);
  return tallies.some(({ findings }) => findings.length > 0) ? 1 : 0;
}

/** In a process of its own, so that resident memory is that of one parser. */
async function inProcess(seed: number, first: number, last: number): Promise<Tally> {
  const child = fork(fileURLToPath(import.meta.url), {
    env: { ...process.env, [WORKER]: JSON.stringify([seed, first, last]) },
  });
  const [message] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`a fuzz process ended with ${code}`))),
  ])) as [Tally];
  return message;
}

function report(tallies: readonly Tally[], count: number, seed: number, seconds: number): void {
  const say = (text: string): void => void process.stdout.write(`${text}\n`);
  const total: Record<string, number> = {};
  for (const { outcomes } of tallies)
    for (const [name, times] of Object.entries(outcomes)) total[name] = (total[name] ?? 0) + times;
  const slowest = tallies.reduce((a, b) => (b.slowest.ms > a.slowest.ms ? b : a)).slowest;
  const kinds = new Set(tallies.flatMap((tally) => tally.kinds));
  say(`${count.toLocaleString('en')} statements, seed ${seed}, ${seconds.toFixed(0)} s`);
  for (const [name, times] of Object.entries(total).sort(([, a], [, b]) => b - a))
    say(`  ${name}: ${times.toLocaleString('en')}`);
  say(`  kinds of statement understood: ${kinds.size}`);
  say(`  slowest: ${slowest.ms.toFixed(1)} ms: ${JSON.stringify(slowest.sql.slice(0, 200))}`);
  for (const { megabytes } of tallies) say(`  resident memory by tenths: ${megabytes.join(', ')} MB`);
  for (const { index, sql, violation } of tallies.flatMap(({ findings }) => findings))
    say(`  ✗ case ${index}: ${violation}\n    ${JSON.stringify(sql)}`);
  say(tallies.every(({ findings }) => findings.length === 0) ? 'nothing found' : 'does not hold (above)');
}

const range = process.env[WORKER];
if (range !== undefined && process.send !== undefined) {
  const [seed, first, last] = JSON.parse(range) as [number, number, number];
  process.once('disconnect', () => process.exit(1));
  await loadParser();
  process.send(await run(seed, first, last), () => process.exit(0));
}
