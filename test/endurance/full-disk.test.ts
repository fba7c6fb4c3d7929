import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../stack.js';
import { Endurance } from './world.js';

/** Room that is left to the agent: a few dozen statements. */
const ROOM_BYTES = 64 * 1024;

const mount = (...args: string[]): boolean => spawnSync('mount', args).status === 0;

/** A disk of its own that is really full; making one takes root. */
const dir = mkdtempSync(join(tmpdir(), 'postern-full-disk-'));
const hasDisk = mount('-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', dir);
if (!hasDisk) rmSync(dir, { recursive: true });

describe.runIf(hasDisk)('an agent whose disk is full', () => {
  let world: Endurance | undefined;
  beforeAll(async () => {
    world = await Endurance.start({ dataDir: dir });
  });
  afterAll(async () => {
    await world?.stop();
    spawnSync('umount', [dir]);
    rmSync(dir, { recursive: true });
  });

  it('runs nothing that it can not record, says so, and goes on once there is room', async () => {
    if (world === undefined) throw new Error('not started');
    const { agent, journal } = world;
    const { bavail, bsize } = statfsSync(dir);
    writeFileSync(join(dir, 'something-else'), Buffer.alloc(bavail * bsize - ROOM_BYTES));
    world.load(6);
    const refused = () => journal.errors.get('53100') ?? 0;
    await eventually(
      async () => refused(),
      (count) => count > 20,
    );
    await agent.kill();
    mount('-o', 'remount,size=1100k', dir);
    await agent.start();
    await eventually(
      async () => refused(),
      (count) => count > 40,
    );
    const { succeeded } = journal;
    mount('-o', 'remount,size=256m', dir);
    await eventually(
      async () => journal.succeeded,
      (count) => count > succeeded + 50,
    );
    const client = new pg.Client(world.login('writer', 'strict'));
    await client.connect();
    await client.query('select 1');
    await client.end();
    const { lost, repeated, altered, ...counts } = await world.settle();
    console.log(JSON.stringify({ ...counts, errors: Object.fromEntries(journal.errors) }));
    expect({ lost, repeated, altered }).toEqual({ lost: [], repeated: [], altered: [] });
  });
});
