import { afterAll, beforeAll, expect, it } from 'vitest';
import { Chaos, VICTIMS } from './chaos-world.js';

/** A few seconds with all the tests; minutes by hand (docs/reliability.md). */
const SECONDS = Number(process.env.POSTERN_CHAOS_SECONDS ?? 6);

let chaos: Chaos;
beforeAll(async () => {
  chaos = await Chaos.start();
});
afterAll(() => chaos?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it(
  `${SECONDS} s in which anything may die: nothing lost, nothing twice, nothing altered`,
  async () => {
    await chaos.load(6);
    const order = [...chaos.victims].sort(() => Math.random() - 0.5);
    for (let n = 0, end = Date.now() + SECONDS * 1_000; Date.now() < end || n < order.length; n++) {
      await pause(200 + Math.random() * 800);
      // At first each once, then whoever it hits; at times two at the same moment.
      const random = order[Math.floor(Math.random() * order.length)];
      const victim = n < order.length ? order[n] : random;
      const second = n % 3 === 2 && random !== victim ? random : undefined;
      const dying = [victim, second].filter((one) => one !== undefined);
      for (const one of dying) await chaos.kill(one);
      await pause(Math.random() * 700);
      // Databases first: a service is up when what it needs is.
      dying.sort((a, b) => VICTIMS.indexOf(b) - VICTIMS.indexOf(a));
      for (const one of dying) await chaos.revive(one);
    }
    await pause(1_000);
    const { lost, repeated, altered, unmerged, ...counts } = await chaos.settle(60_000 + SECONDS * 1_000);
    const deaths = Object.fromEntries(chaos.deaths);
    console.log(JSON.stringify({ seconds: SECONDS, ...counts, deaths, gaveUp: chaos.gaveUp }));
    expect({ lost, repeated, altered, unmerged, gaveUp: chaos.gaveUp }).toEqual({
      ...{ lost: [], repeated: [], altered: [], unmerged: [], gaveUp: [] },
    });
    expect(counts.executions).toBeGreaterThan(0);
  },
  300_000 + SECONDS * 10_000,
);
