import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { median } from './harness.js';
import { processorSeconds } from './process-figures.js';
import type { Way } from './wire-world.js';

const run = promisify(execFile);

export interface Load {
  readonly mode: 'simple' | 'extended' | 'prepared';
  readonly clients: number;
  readonly seconds: number;
  /** Transactions a second that all clients begin together; none: as many as they can. */
  readonly rate?: number;
}

/** Of `POSTERN_WIRE_BENCH`, `prepared:8,simple:32`; none: all are wanted. */
export function selectedLoads(): Load[] {
  return (process.env.POSTERN_WIRE_BENCH ?? '')
    .split(',')
    .filter((one) => one !== '')
    .map((one) => {
      const [, mode, clients] = /^(simple|extended|prepared):(\d+)$/.exec(one) ?? [];
      if (mode === undefined) throw new Error(`\`${one}\` is no load; \`prepared:8\` is one`);
      return { mode: mode as Load['mode'], clients: Number(clients), seconds: 3 };
    });
}

export interface Sample {
  readonly p50Ms: number;
  readonly tps: number;
  readonly transactions: number;
  /** Processor time of what stands between, per transaction. */
  readonly processorUs: number;
}

/** Of a line of pgbench's log, in µs. Where it keeps a rate it counts from when a transaction was due, which says how late pgbench was. */
function latencyOf(line: string): number {
  const [, , time, , , , lateBy = 0] = line.split(' ').map(Number);
  return (time ?? Number.NaN) - lateBy;
}

/** One run of `pgbench -S`; its log of each transaction gives the median, which its summary has not. */
export async function pgbench({ env, pid }: Way, { mode, clients, seconds, rate }: Load): Promise<Sample> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-pgbench-'));
  try {
    const threads = Math.min(clients, 2);
    const before = processorSeconds(pid);
    const args = `-n -S -M ${mode} -c ${clients} -j ${threads} -T ${seconds} -l --log-prefix=${join(dir, 'log')}${rate === undefined ? '' : ` -R ${rate}`}`;
    const { stdout } = await run('pgbench', args.split(' '), {
      env: { PATH: process.env.PATH, ...env },
      cwd: dir,
      timeout: (seconds + 30) * 1_000,
    });
    const processor = processorSeconds(pid) - before;
    const times = readdirSync(dir).flatMap((file) =>
      readFileSync(join(dir, file), 'utf8').trimEnd().split('\n').map(latencyOf),
    );
    const tps = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
    const failed = Number(/^number of failed transactions: (\d+)/m.exec(stdout)?.[1]);
    if (!(tps > 0) || failed > 0) throw new Error(`pgbench has no result: ${stdout}`);
    return {
      p50Ms: median(times) / 1_000,
      tps,
      transactions: times.length,
      processorUs: (processor * 1e6) / times.length,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export async function connected({ env }: Way): Promise<pg.Client> {
  const client = new pg.Client({
    host: env.PGHOST,
    port: Number(env.PGPORT),
    user: env.PGUSER,
    password: env.PGPASSWORD,
    database: env.PGDATABASE,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Many sessions that have each run one statement. */
export async function idleSessions(count: number, way: (session: number) => Way): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const client = await connected(way(next++));
      clients.push(client);
      await client.query('select 1');
    }
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return clients;
}

/** Reads one long result and keeps nothing of it; answers with the seconds it took. */
export async function readLong(way: Way, megabytes: number): Promise<number> {
  const client = await connected(way);
  try {
    const rows = megabytes * 1_000;
    const at = performance.now();
    const query = client.query(
      new pg.Query({
        text: `select repeat('x', 1000) from generate_series(1, ${rows})`,
        rowMode: 'array',
      } as pg.QueryConfig),
    );
    let count = 0;
    await new Promise<void>((resolve, reject) => {
      query
        .on('row', () => {
          count += 1;
        })
        .on('end', () => resolve())
        .on('error', reject);
    });
    if (count !== rows) throw new Error(`${count} rows came instead of ${rows}`);
    return (performance.now() - at) / 1_000;
  } finally {
    await client.end();
  }
}
