import { type Benchmark, median, type Size } from './harness.js';
import { peakDuring, processorSeconds, residentMb } from './process-figures.js';
import { idleSessions, type Load, pgbench, readLong, type Sample, selectedLoads } from './wire-load.js';
import { hasProgram, WireWorld } from './wire-world.js';

const MODES = ['simple', 'extended', 'prepared'] as const;
const CLIENTS = [1, 8, 32] as const;
/** Transactions a second, far below what any way can: then latency is not what is left of throughput. */
const RATES = [200, 1_000] as const;

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const mb = (value: number): string => `${value.toFixed(0)} MB`;

function middle(samples: readonly Sample[]): Sample {
  const of = (name: keyof Sample): number => median(samples.map((sample) => sample[name]));
  return {
    p50Ms: of('p50Ms'),
    tps: of('tps'),
    processorUs: of('processorUs'),
    transactions: of('transactions'),
  };
}

const WARM_UP_RUNS_MAX = 12;

/**
 * A statement costs less from second to second while the just-in-time compiler works, for half a minute: an agent that runs is past that.
 * Warm is one whose last two runs took the same processor time a transaction. Answers with the number of transactions.
 */
async function warmUp(world: WireWorld, load: Load): Promise<number> {
  let transactions = 0;
  let before = Number.POSITIVE_INFINITY;
  for (let run = 0; run < WARM_UP_RUNS_MAX; run += 1) {
    const { processorUs, transactions: count } = await pgbench(world.agentWay(), { ...load, seconds: 3 });
    transactions += count;
    if (processorUs > before * 0.95) break;
    before = processorUs;
  }
  return transactions;
}

/** All ways at one load, in turn, in another order each round. */
async function compared(world: WireWorld, load: Load, rounds: number): Promise<Map<string, Sample>> {
  const samples = new Map(world.ways.map(({ name }): [string, Sample[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < world.ways.length; turn += 1) {
      const way = world.ways[(turn + round) % world.ways.length];
      if (way !== undefined) samples.get(way.name)?.push(await pgbench(way, load));
    }
  }
  return new Map([...samples].map(([name, list]) => [name, middle(list)]));
}

const HEAD = [
  'clients, mode',
  'direct: p50, tps',
  'PgBouncer: p50, tps',
  'bare proxy: p50, tps',
  'Postern: p50, tps',
  'added p50',
  'tps of direct',
  'tps of PgBouncer',
  'processor time: PgBouncer, bare proxy, Postern',
];

function row({ clients, mode }: Load, by: ReadonlyMap<string, Sample>): string[] {
  const names = ['direct', 'PgBouncer', 'bare proxy', 'Postern'];
  const [direct, bouncer, proxy, postern] = names.map((name) => by.get(name));
  if (direct === undefined || postern === undefined) throw new Error('a way was not measured');
  const cell = (sample: Sample | undefined): string =>
    sample === undefined
      ? '–'
      : `${sample.p50Ms.toFixed(2)} ms, ${Math.round(sample.tps).toLocaleString('en')}`;
  const share = (of: Sample | undefined): string =>
    of === undefined ? '–' : `${((postern.tps / of.tps) * 100).toFixed(0)} %`;
  const processor = [bouncer, proxy, postern].map((sample) =>
    sample === undefined ? '–' : `${sample.processorUs.toFixed(0)} µs`,
  );
  return [
    `${clients}, ${mode}`,
    cell(direct),
    cell(bouncer),
    cell(proxy),
    cell(postern),
    `${(postern.p50Ms - direct.p50Ms).toFixed(2)} ms`,
    share(direct),
    share(bouncer),
    processor.join(', '),
  ];
}

async function longResult(world: WireWorld, megabytes: number): Promise<Record<string, string>> {
  const { pid } = world.agent;
  const [direct] = world.ways;
  const directly = direct === undefined ? Number.NaN : await readLong(direct, megabytes);
  const before = residentMb(pid);
  const processor = processorSeconds(pid);
  let seconds = 0;
  const peak = await peakDuring(pid, async () => {
    seconds = await readLong(world.agentWay(), megabytes);
  });
  const used = processorSeconds(pid) - processor;
  return {
    [`one result of ${megabytes} MB in rows of 1 kB, read by pg`]: `directly ${directly.toFixed(1)} s; through the agent ${seconds.toFixed(1)} s, ${used.toFixed(1)} s of its processor time; its memory ${mb(before)} before, ${mb(peak)} at most`,
  };
}

async function idle(world: WireWorld, count: number): Promise<Record<string, string>> {
  const { pid } = world.agent;
  const before = residentMb(pid);
  const at = performance.now();
  const clients = await idleSessions(count, (session) => world.agentWay(session));
  const took = (performance.now() - at) / 1_000;
  await rest(5_000);
  const open = residentMb(pid);
  await Promise.all(clients.map((client) => client.end()));
  const each = ((open - before) * 1_024) / count;
  return {
    [`${count.toLocaleString('en')} idle sessions, each after one statement`]: `${mb(open)} (${mb(before)} before; ${each.toFixed(0)} kB each), opened in ${took.toFixed(0)} s`,
  };
}

/** Whether what ran is what was recorded: the audit is what the time goes to. */
async function audited(world: WireWorld): Promise<string> {
  const at = performance.now();
  for (let seen = -1; seen !== world.plane.events && performance.now() - at < 120_000; ) {
    seen = world.plane.events;
    await rest(1_000);
  }
  return `${world.plane.events.toLocaleString('en')}, the last ${((performance.now() - at) / 1_000 - 1).toFixed(0)} s after the load`;
}

/** A few loads only, for who changes the agent and looks what came of it: `POSTERN_WIRE_BENCH=prepared:8,prepared:32`. */
async function selected(world: WireWorld, loads: readonly Load[]) {
  const table = [HEAD];
  for (const load of loads) {
    await warmUp(world, load);
    table.push(row(load, await compared(world, load, 1)));
  }
  return { table, facts: { 'agent, after the load': mb(residentMb(world.agent.pid)) } };
}

async function measured(world: WireWorld, { quick }: Size) {
  const loads = selectedLoads();
  if (loads.length > 0) return selected(world, loads);
  const table = [HEAD];
  const facts: Record<string, string> = {
    PgBouncer: hasProgram('pgbouncer') ? 'session mode, one process' : 'not on PATH, so it is missing here',
    'agent, before any load': mb(residentMb(world.agent.pid)),
  };
  const [rounds, seconds] = quick ? [1, 2] : [2, 2];
  let transactions = 0;
  for (const mode of MODES) {
    transactions += await warmUp(world, { mode, clients: 8, seconds });
    // Caches of the database.
    for (const way of world.ways)
      if (way.name !== 'Postern') await pgbench(way, { mode, clients: 8, seconds });
    for (const clients of CLIENTS) {
      const load = { mode, clients, seconds };
      const by = await compared(world, load, rounds);
      transactions += (by.get('Postern')?.transactions ?? 0) * rounds;
      table.push(row(load, by));
    }
  }
  for (const rate of RATES) {
    const by = await compared(world, { mode: 'prepared', clients: 8, seconds, rate }, rounds);
    transactions += (by.get('Postern')?.transactions ?? 0) * rounds;
    facts[`8 clients, prepared, ${rate.toLocaleString('en')} transactions a second, p50`] = [...by]
      .map(([name, { p50Ms }]) => `${name} ${p50Ms.toFixed(2)} ms`)
      .join(', ');
  }
  for (const clients of [8, 32]) {
    const { p50Ms, tps } = await pgbench(world.strictWay(), { mode: 'prepared', clients, seconds });
    facts[`audit strict, ${clients} clients, prepared`] =
      `p50 ${p50Ms.toFixed(2)} ms, ${Math.round(tps).toLocaleString('en')} tps`;
  }
  facts['transactions through the agent'] = Math.round(transactions).toLocaleString('en');
  facts['audit events of them that reached the control plane'] = await audited(world);
  facts['agent, after the load'] = mb(residentMb(world.agent.pid));
  Object.assign(facts, await longResult(world, quick ? 100 : 1_000), await idle(world, 200));
  if (!quick) Object.assign(facts, await idle(world, 2_000));
  return { table, facts };
}

/** `pgbench -S` with connection audit `batched`, classification, decision and audit on; takes minutes. */
export const wire: Benchmark = {
  name: 'wire',
  title: 'PostgreSQL’s protocol: pgbench -S directly, through PgBouncer and through the agent',
  prepare: async (size) => {
    const missing = ['pgbench', 'psql'].filter((name) => !hasProgram(name));
    if (missing.length > 0)
      throw new Error(`${missing.join(' and ')} not found on PATH; install PostgreSQL’s client programs`);
    const world = await WireWorld.start(size.quick ? 400 : 2_300);
    try {
      return { batch: 0, contenders: [], ...(await measured(world, size)) };
    } finally {
      await world.stop();
    }
  },
};
