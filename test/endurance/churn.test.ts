import { afterAll, beforeAll, expect, it } from 'vitest';
import { descriptors, residentMb } from '../bench/process-figures.js';
import { eventually } from '../stack.js';
import type { Cut } from './proxy.js';
import { Endurance } from './world.js';

/** A few seconds with all the tests; an hour by hand (docs/reliability.md). */
const SECONDS = Number(process.env.POSTERN_CHURN_SECONDS ?? 5);
/** How long clients rest between two things, on average: an hour need not take the whole machine. */
const PACE_MS = Number(process.env.POSTERN_CHURN_PACE_MS ?? 0);
const RESTART_EVERY_MS = 90_000;
const SAMPLE_EVERY_MS = 60_000;
const CUTS: readonly Cut[] = ['reset', 'half-close', 'hold'];

let world: Endurance;
beforeAll(async () => {
  world = await Endurance.start({ limits: { statementTimeoutMs: 4_000, idleInTransactionTimeoutMs: 3_000 } });
});
afterAll(() => world?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];
const figures = () => ({
  descriptors: descriptors(world.agent.pid),
  mb: Math.round(residentMb(world.agent.pid)),
});

function load(): void {
  world.load(9, { paceMs: PACE_MS });
  world.load(2, { isSlowReader: true });
}

/** About every third connection over the bad network ends in the middle of something. */
function fate() {
  const cut = oneOf(CUTS);
  if (cut === undefined || Math.random() > 0.3) return undefined;
  const direction = Math.random() < 0.5 ? ('up' as const) : ('down' as const);
  return { cut, direction, afterBytes: 50 + Math.floor(Math.random() ** 3 * 200_000) };
}

/** Cuts networks, about twice a second, and at times restarts the database, until the time is up. */
async function trouble(samples: object[]): Promise<{ cuts: number; restarts: number }> {
  const { clients, database, plane } = world.networks;
  const happened = { cuts: 0, restarts: 0 };
  const started = Date.now();
  for (let n = 0; Date.now() - started < SECONDS * 1_000; n++) {
    await pause(250 + Math.random() * 500);
    clients.cutAll(n % 20 === 0 ? 'hold' : 'reset');
    if (n % 7 === 3) database.cutAll(oneOf(['reset', 'half-close']) ?? 'reset');
    if (n % 11 === 5) plane.cutAll('reset');
    happened.cuts += 1;
    const elapsed = Date.now() - started;
    if (elapsed > SAMPLE_EVERY_MS * (samples.length + 1))
      samples.push({ ...figures(), backends: await world.backends() });
    if (elapsed > RESTART_EVERY_MS * (happened.restarts + 1)) {
      await world.restartPostgres(oneOf(['SIGINT', 'SIGQUIT']) ?? 'SIGINT');
      happened.restarts += 1;
    }
  }
  return happened;
}

it(
  `${SECONDS} s of sessions that come, break and go leave nothing behind`,
  async () => {
    load();
    await pause(2_000);
    await world.unload();
    const before = figures();
    load();
    world.networks.clients.fateOf = fate;
    const samples: object[] = [];
    const happened = await trouble(samples);
    world.networks.clients.fateOf = () => undefined;
    world.networks.clients.cutAll('reset');
    await world.unload();
    await eventually(
      () => world.backends(),
      (count) => count === 0,
    );
    // Some of what is open belongs to no session: requests to the control plane, the catalog's own connections.
    await eventually(
      async () => figures().descriptors,
      (count) => !(count > before.descriptors + 8),
    );
    const after = { ...figures(), backends: await world.backends() };
    const { lost, repeated, altered, ...counts } = await world.settle(60_000 + SECONDS * 100);
    const errors = Object.fromEntries(world.journal.errors);
    console.log(JSON.stringify({ seconds: SECONDS, ...happened, before, after, samples, ...counts, errors }));
    expect({ lost, repeated, altered }).toEqual({ lost: [], repeated: [], altered: [] });
    expect(counts.unknown).toBe(0);
    expect(after.mb).toBeLessThan(300);
  },
  240_000 + SECONDS * 2_000,
);
