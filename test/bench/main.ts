import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { stackPaths } from '@postern/infra/paths';
import { freePorts, type Stack, startStack } from '@postern/infra/stack';
import { agent } from './agent.bench.js';
import { auditIngestion } from './audit-ingestion.bench.js';
import { auditSearch } from './audit-search.bench.js';
import { classification } from './classification.bench.js';
import { consoleStream } from './console.bench.js';
import { consolePaint } from './console-paint.bench.js';
import { decision } from './decision.bench.js';
import { driftScans } from './drift-scans.bench.js';
import { graphqlList } from './graphql-list.bench.js';
import { type Benchmark, measure, type Outcome, toMarkdown } from './harness.js';
import { memory } from './memory.bench.js';
import { roles } from './roles.bench.js';
import { siem } from './siem.bench.js';
import { statement } from './statement.bench.js';
import { wire } from './wire.bench.js';

/** `npm run bench [-- name …] [--quick] [--json file]`. The agent last: it is stopped and started. */
const BENCHMARKS: readonly Benchmark[] = [
  decision,
  classification,
  statement,
  graphqlList,
  auditIngestion,
  siem,
  roles,
  agent,
];
/** Those that take minutes: only when named. */
const LONG: readonly Benchmark[] = [consoleStream, consolePaint, memory, wire, auditSearch, driftScans];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: process.env.CI === 'true' }, json: { type: 'string' } },
});
const size = { quick: values.quick, rounds: values.quick ? 3 : 9 };
const chosen =
  positionals.length === 0
    ? BENCHMARKS
    : [...BENCHMARKS, ...LONG].filter(({ name }) => positionals.includes(name));

let dir: string | undefined;
let running: Promise<Stack> | undefined;
/** One stack for all who ask, started at the first question. */
function stack(): Promise<Stack> {
  dir ??= mkdtempSync(join(tmpdir(), 'postern-bench-'));
  // As root the server runs as `postgres`, who must be able to come in.
  chmodSync(dir, 0o755);
  const paths = stackPaths(dir);
  const report = (text: string): void => void process.stderr.write(`${text}\n`);
  running ??= freePorts().then((ports) =>
    startStack({ paths, ports, queue: 'auto', report, orders: 2_000, web: false }),
  );
  return running;
}

export async function main(): Promise<number> {
  if (chosen.length === 0) {
    process.stderr.write(
      `no such benchmark; there are: ${[...BENCHMARKS, ...LONG].map(({ name }) => name).join(', ')}\n`,
    );
    return 1;
  }
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;
  const outcomes: Outcome[] = [];
  try {
    for (const benchmark of chosen) {
      const outcome = await measure(benchmark, size, stack);
      outcomes.push(outcome);
      process.stdout.write(`${toMarkdown(outcome)}\n`);
    }
  } finally {
    await (await running?.catch(() => undefined))?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  }
  const result = { date: new Date().toISOString(), machine, quick: size.quick, outcomes };
  process.stdout.write(`${machine}, ${result.date.slice(0, 10)}${size.quick ? ', quick' : ''}\n`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}
