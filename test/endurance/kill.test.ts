import { afterAll, beforeAll, expect, it } from 'vitest';
import { Endurance } from './world.js';

/** Kills of one run: five with all the tests; by hand a hundred and more (docs/reliability.md). */
const KILLS = Number(process.env.POSTERN_ENDURANCE_KILLS ?? 3);

let world: Endurance;
beforeAll(async () => {
  world = await Endurance.start();
});
afterAll(() => world?.stop());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Until the clients are at work again, on a machine of any speed, but not for ever. */
async function someStatements({ journal }: Endurance): Promise<void> {
  const target = journal.succeeded + 30 + Math.random() * 30;
  for (const end = Date.now() + 20_000; journal.succeeded < target && Date.now() < end; ) await pause(20);
}

it(
  `after ${KILLS} × kill -9 the audit has every statement that the database has, once`,
  async () => {
    world.load(12);
    for (let kill = 0; kill < KILLS; kill++) {
      await someStatements(world);
      await pause(Math.random() * 300);
      await world.agent.kill();
      // Every fifth one dies again while it starts.
      if (kill % 5 === 4) {
        const starting = world.agent.start().catch(() => undefined);
        await pause(Math.random() * 1_000);
        await world.agent.kill();
        await starting;
      }
      await world.agent.start();
    }
    await pause(500);
    const { lost, repeated, altered, ...counts } = await world.settle();
    console.log(JSON.stringify({ kills: KILLS, ...counts, again: world.store.again }));
    expect({ lost, repeated, altered, broken: world.store.broken }).toEqual({
      lost: [],
      repeated: [],
      altered: [],
      broken: [],
    });
    expect(counts.executions).toBeGreaterThan(KILLS);
    expect(counts.refusals).toBeGreaterThan(0);
  },
  120_000 + KILLS * 40_000,
);
