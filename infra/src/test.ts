import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringDrivers, bringRegress } from './client-drivers.js';
import { startPostgres } from './postgres.js';
import { progress } from './progress.js';
import { startRedis } from './redis.js';
import { allSuites, type Suite, type SuiteResult } from './suites.js';
import { TEST_FLAGS, testServerEnv } from './test-server.js';
import { bringChromium, bringJq, bringPostgresClients, bringRedis } from './tools.js';

// `npm test [-- name …]`: all suites, or those whose name contains one of the words.
const report = progress();
const words = process.argv.slice(2).filter((word) => !word.startsWith('-'));
const suites = allSuites().filter(
  ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
);
const isCi = process.env.CI === 'true';

const total = { passed: 0, failed: 0, skipped: 0 };
const stops: (() => unknown)[] = [];
const stopAll = async (): Promise<void> => {
  for (let stop = stops.pop(); stop !== undefined; stop = stops.pop()) await stop();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void stopAll().finally(() => process.exit(130)));
}

try {
  const env = await bringServices();
  for (const suite of suites) add(suite, await timed(suite, env));
} catch (error) {
  total.failed += 1;
  process.stdout.write(`${error instanceof Error ? error.stack : error}\n`);
} finally {
  await stopAll();
}
if (total.passed + total.failed === 0) {
  process.stdout.write('no suite has that name\n');
  total.failed += 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exit(total.failed > 0 ? 1 : 0);

/** One PostgreSQL and one Redis for all suites, and a browser; what cannot be brought is said, and fails in CI. */
async function bringServices(): Promise<NodeJS.ProcessEnv> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-test-'));
  chmodSync(dir, 0o755);
  stops.push(() => rmSync(dir, { recursive: true, force: true }));
  const server = await startPostgres({ dataDir: join(dir, 'postgres'), durable: false, flags: TEST_FLAGS });
  stops.push(server.stop);
  report('PostgreSQL is up');
  const env: NodeJS.ProcessEnv = { ...process.env, ...testServerEnv(server), NODE_ENV: 'test' };
  if ((await bringRedis(report)) !== undefined) {
    const redis = await startRedis();
    stops.push(redis.stop);
    env.POSTERN_TEST_REDIS_URL = redis.url;
    env.PATH = process.env.PATH;
    report('Redis is up');
  } else missing('Redis', 'the Redis half of the job suite');
  if (await bringPostgresClients(report)) env.PATH = process.env.PATH;
  else missing('psql, pg_dump or pgbench', 'the tests of PostgreSQL’s own clients');
  if (await bringJq(report)) env.PATH = process.env.PATH;
  else missing('jq', 'the pipeline of the guide');
  for (const driver of await bringDrivers(report)) missing(driver, 'its tests through the agent');
  if ((await bringRegress(report)) === undefined)
    missing('PostgreSQL’s source package', 'its own regression statements');
  const chromium = await bringChromium(report);
  if (chromium === undefined) missing('a Chromium', 'the browser journey');
  else env.POSTERN_TEST_CHROMIUM = chromium;
  return env;
}

function missing(what: string, without: string): void {
  if (isCi) total.failed += 1;
  else total.skipped += 1;
  process.stdout.write(`${what} is missing: ${without} cannot run\n`);
}

async function timed(suite: Suite, env: NodeJS.ProcessEnv): Promise<SuiteResult & { seconds: string }> {
  const at = Date.now();
  const result = await suite.run(env);
  return { ...result, seconds: ((Date.now() - at) / 1000).toFixed(1) };
}

function add(
  { name }: Suite,
  { passed, failed, skipped: left, failures, seconds }: SuiteResult & { seconds: string },
): void {
  total.passed += passed;
  total.failed += failed;
  total.skipped += left;
  const counts = `${passed} passed${failed > 0 ? `, ${failed} failed` : ''}${left > 0 ? `, ${left} skipped` : ''}`;
  report(`${failed > 0 ? '✗' : '✓'} ${name}: ${counts} (${seconds} s)`);
  for (const failure of failures) process.stdout.write(`\n${failure.trimEnd()}\n\n`);
}
