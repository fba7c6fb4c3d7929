import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ConsoleClient } from '@postern/infra/console-client';
import { DEMO_PEOPLE } from '@postern/infra/demo-organisation';
import { GraphqlClient } from '@postern/infra/graphql-client';
import { REPOSITORY } from '@postern/infra/paths';
import pg from 'pg';
import { ConsoleStream } from './console-stream.js';
import { type DurableRecords, durableRecords } from './durable-record.js';
import { type Benchmark, median, type Table } from './harness.js';
import { peakDuring, residentMb } from './process-figures.js';

const ROWS =
  "select n, n * 1.10 as price, 'row number ' || n as name, now() as at from generate_series(1, %) n";
const rowsOf = (count: number): string => ROWS.replace('%', String(count));
/** In the target list rows come one by one; in FROM the server would write them all to a file first. */
const FLOOD = (count: number) => `select generate_series(1, ${count}), repeat('x', 80)`;

const CONNECTION = 'production';

const percentile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ??
  Number.NaN;

async function timed(action: () => Promise<unknown>): Promise<number> {
  const at = performance.now();
  await action();
  return performance.now() - at;
}

interface Sample {
  readonly direct: number;
  readonly through: number;
  readonly first: number;
  /** A durable record alone, for which each statement waits. */
  readonly disk: number;
}

interface Sides {
  readonly direct: pg.Pool;
  readonly window: ConsoleStream;
  /** Of another person: nobody has sixteen sessions alone. */
  readonly other: ConsoleStream;
  readonly records: DurableRecords;
}

/** All in turn, so that a busy machine is busy for each of them. */
async function sideBySide(sql: string, rounds: number, sides: Sides): Promise<Sample> {
  const { direct, window, records } = sides;
  const here: number[] = [];
  const there: number[] = [];
  const first: number[] = [];
  const disk: number[] = [];
  for (let round = 0; round < rounds; round++) {
    here.push(await timed(() => direct.query(sql)));
    there.push(
      await timed(async () => {
        const { firstRowMs } = await window.run(sql, 'rows');
        first.push(firstRowMs);
      }),
    );
    disk.push(await timed(records.append));
  }
  return { direct: median(here), through: median(there), first: median(first), disk: median(disk) };
}

const ms = (value: number): string => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

async function parallel(lanes: number, each: number, sides: Sides): Promise<readonly [number, number]> {
  const times: [number[], number[]] = [[], []];
  const both = [
    (_lane: number) => sides.direct.query('select 1'),
    (lane: number) => (lane % 2 === 0 ? sides.window : sides.other).run('select 1', `lane-${lane}`),
  ] as const;
  for (const [which, once] of both.entries()) {
    const lane = async (index: number) => {
      await once(index);
      for (let turn = 0; turn < each; turn++) times[which]?.push(await timed(() => once(index)));
    };
    await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index)));
  }
  return [percentile(times[0], 0.5), percentile(times[1], 0.5)];
}

const READER = join(REPOSITORY, 'test', 'dist', 'console-flood.js');

interface Flood {
  /** Megabytes of memory that the agent took beside what it had. */
  readonly more: number;
  readonly p99: number;
  readonly took: number;
}

/** Rows by the million to one window, while somebody else asks for one row at a time. */
async function flood(
  rows: number,
  pid: number | undefined,
  reader: ConsoleClient,
  other: ConsoleStream,
): Promise<Flood> {
  await other.run('select 1', 'other');
  const before = residentMb(pid);
  const waits: number[] = [];
  let isOver = false;
  let took = 0;
  const asking = (async () => {
    while (!isOver) {
      waits.push(await timed(() => other.run('select 1', 'other')));
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  const peak = await peakDuring(pid, async () => {
    const args = [READER, reader.origin, reader.headers.cookie ?? '', CONNECTION, FLOOD(rows)];
    took = await timed(() => promisify(execFile)(process.execPath, args));
    isOver = true;
    await asking;
  });
  return { more: peak - before, p99: percentile(waits, 0.99), took };
}

/** What comes first warms up what is measured after it; a single client is measured before that as well. */
async function compared(sides: Sides, quick: boolean, flooded: (rows: number) => Promise<Flood>) {
  const [rounds, each] = quick ? [50, 5] : [300, 30];
  const cold = await sideBySide('select 1', rounds, sides);
  await parallel(16, each, sides);
  const single = await sideBySide('select 1', rounds, sides);
  const [direct16, through16] = await parallel(16, each, sides);
  const thousand = await sideBySide(rowsOf(1_000), quick ? 10 : 40, sides);
  const many = await sideBySide(rowsOf(100_000), quick ? 3 : 7, sides);
  const count = quick ? 500_000 : 5_000_000;
  await flooded(count / 10);
  const large = await flooded(count);
  const ratio = ({ direct, through }: Sample) => `${(through / direct).toFixed(2)} ×`;
  const added = ({ direct, through }: Sample) => [ms(direct), ms(through), `+${ms(through - direct)}`];
  const title = `${count.toLocaleString('en-US')} rows`;
  const table: Table = [
    ['', 'pg on a pool', 'console', ''],
    [`\`select 1\`, 1 client, p50, the first ${rounds} of an agent`, ...added(cold)],
    ['the same later', ...added(single)],
    ['of it the disk alone (fdatasync), p50', '', ms(single.disk), ''],
    ['`select 1`, 16 clients, p50', ms(direct16), ms(through16), ''],
    ['1,000 rows', ms(thousand.direct), ms(thousand.through), ratio(thousand)],
    ['100,000 rows', ms(many.direct), ms(many.through), ratio(many)],
    ['100,000 rows: first rows after', '', ms(many.first), ''],
    [
      `${title}: more memory in the agent`,
      '',
      `${large.more.toFixed(0)} MB`,
      `${(large.took / 1_000).toFixed(1)} s`,
    ],
    ['meanwhile another person’s `select 1`, p99', '', ms(large.p99), ''],
  ];
  return table;
}

/** The console's stream against node-postgres on a pool. */
export const consoleStream: Benchmark = {
  name: 'console',
  title: 'Statements and results through the console’s stream, against node-postgres on a pool',
  prepare: async ({ quick }, startedStack) => {
    const stack = await startedStack();
    const signedIn = async (person: keyof typeof DEMO_PEOPLE) => {
      const graphql = new GraphqlClient(stack.urls.graphql);
      await graphql.signIn(DEMO_PEOPLE[person].email, stack.password);
      const client = new ConsoleClient(stack.urls.console);
      await client.signIn(graphql);
      return client;
    };
    const [dana, sam] = [await signedIn('dana'), await signedIn('sam')];
    const window = await ConsoleStream.open(dana, CONNECTION);
    const other = await ConsoleStream.open(sam, CONNECTION);
    const direct = new pg.Pool({ connectionString: stack.postgres.superuserUrl('shop'), max: 16 });
    // A server that stops before its clients do is no error of theirs.
    direct.on('error', () => undefined);
    const sides = { direct, window, other, records: await durableRecords() };
    const { pid } = stack.services.agent;
    const table = await compared(sides, quick, (rows) => flood(rows, pid, dana, other));
    return {
      batch: quick ? 50 : 200,
      contenders: [
        { name: 'pg on a pool', once: () => direct.query('select 1') },
        { name: 'through the console’s stream', once: () => window.run('select 1', 'rows') },
      ],
      table,
      close: async () => {
        window.close();
        other.close();
        await direct.end();
        await sides.records.close();
      },
    };
  },
};
