import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { REPOSITORY } from '@postern/infra/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../stack.js';
import { Endurance } from './world.js';

/** Times that the disk breaks and heals. */
const ROUNDS = Number(process.env.POSTERN_DISK_FAILURES ?? 2);

describe('an agent whose disk forgets what it was told to keep', () => {
  let world: Endurance;
  beforeAll(async () => {
    world = await Endurance.start({
      nodeArgs: (dir) => {
        const fault = pathToFileURL(join(REPOSITORY, 'test', 'endurance', 'failing-disk.mjs'));
        fault.searchParams.set('while', join(dir, 'broken'));
        return ['--import', fault.href];
      },
    });
  });
  afterAll(() => world?.stop());

  it('runs nothing while it can not record, and afterwards every event is there, in order and once', async () => {
    const { journal, dir } = world;
    const broken = join(dir, 'broken');
    const refused = () => journal.errors.get('58030') ?? 0;
    world.load(6);
    for (let round = 0; round < ROUNDS; round++) {
      const { succeeded } = journal;
      await eventually(
        async () => journal.succeeded,
        (count) => count > succeeded + 30,
      );
      const before = refused();
      writeFileSync(broken, '');
      await eventually(
        async () => refused(),
        (count) => count > before + 10,
      );
      rmSync(broken);
    }
    const { succeeded } = journal;
    await eventually(
      async () => journal.succeeded,
      (count) => count > succeeded + 30,
    );
    const { lost, repeated, altered, ...counts } = await world.settle();
    console.log(JSON.stringify({ ...counts, refused: refused() }));
    expect({ lost, repeated, altered }).toEqual({ lost: [], repeated: [], altered: [] });
  });
});
