import { afterAll, beforeAll, expect, it } from 'vitest';
import { descriptors, residentMb } from '../bench/process-figures.js';
import { eventually } from '../stack.js';
import type { Cut } from './proxy.js';
import { Endurance } from './world.js';

/** A few seconds with all the tests; an hour by hand (docs/reliability.md). */
const SECONDS = Number(process.env.POSTERN_CHURN_SECONDS ?? 5);
const CUTS: readonly Cut[] = ['reset', 'half-close', 'hold'];

let world: Endurance;
beforeAll(async () => {
  world = await Endurance.start({ limits: { statementTimeoutMs: 4_000, idleInTransactionTimeoutMs: 3_000 } });
});
afterAll(() => world?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

it(
  `${SECONDS} s of sessions that come, break and go leave nothing behind`,
  async () => {
    world.load(9);
    await pause(2_000);
    await world.unload();
    const figures = () => ({
      descriptors: descriptors(world.agent.pid),
      mb: Math.round(residentMb(world.agent.pid)),
    });
    const before = figures();
    const samples = [before.mb];
    world.load(9);
    const { clients, database, plane } = world.networks;
    // About every third connection over the bad network ends in the middle of something.
    clients.fateOf = () => {
      const cut = oneOf(CUTS);
      if (cut === undefined || Math.random() > 0.3) return undefined;
      const direction = Math.random() < 0.5 ? 'up' : 'down';
      return { cut, direction, afterBytes: 50 + Math.floor(Math.random() ** 3 * 200_000) };
    };
    const started = Date.now();
    for (let n = 0; Date.now() - started < SECONDS * 1_000; n++) {
      await pause(250 + Math.random() * 500);
      clients.cutAll(n % 20 === 0 ? 'hold' : 'reset');
      if (n % 7 === 3) database.cutAll(oneOf(['reset', 'half-close']) ?? 'reset');
      if (n % 11 === 5) plane.cutAll('reset');
      if (n % 100 === 99) samples.push(figures().mb);
    }
    clients.fateOf = () => undefined;
    clients.cutAll('reset');
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
    const after = figures();
    const { lost, repeated, altered, ...counts } = await world.settle();
    const errors = Object.fromEntries(world.journal.errors);
    console.log(JSON.stringify({ seconds: SECONDS, before, after, samples, ...counts, errors }));
    expect({ lost, repeated, altered }).toEqual({ lost: [], repeated: [], altered: [] });
    expect(counts.unknown).toBe(0);
    expect(after.mb).toBeLessThan(300);
  },
  180_000 + SECONDS * 2_000,
);
