import { mkdtemp, readdir, rm, symlink, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent } from '@postern/core/audit';
import { createDatabase, testServer, uniqueName } from '@postern/infra/test-server';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recorder } from '../src/audit/recorder.js';
import { segmentName } from '../src/audit/segment.js';
import { Spool } from '../src/audit/spool.js';
import type { RoomSetting } from '../src/audit/spool-room.js';
import { systemClock } from '../src/clock.js';
import { rule, until } from './fixture.js';
import { outcomeOf, WireWorld } from './wire-fixture.js';

const SEGMENT = 16 * 1024;
const QUOTA = 128 * 1024;
const SELF = { type: 'agent', id: 'a', label: 'a' } as const;

let dir: string;
let spool: Spool;
let recorder: Recorder;

async function open(whenFull: RoomSetting['whenFull']): Promise<void> {
  spool = await Spool.open(dir, SEGMENT, { quotaBytes: QUOTA, whenFull });
  recorder = new Recorder(spool, systemClock, SELF);
}

const decided = (text = 'x'.repeat(1_000)) => ({
  kind: 'statement.decided' as const,
  actor: SELF,
  statement: { text, bytes: text.length, sha256: '', truncated: false, kinds: [] },
});

/** Records until it fails, or so many. */
async function fill(most = 1_000): Promise<{ recorded: number; error: unknown }> {
  for (let recorded = 0; recorded < most; recorded++) {
    const error = await recorder.record(decided()).then(
      () => undefined,
      (found: unknown) => found,
    );
    if (error) return { recorded, error };
  }
  return { recorded: most, error: undefined };
}

const all = async (): Promise<AuditEvent[]> =>
  (await spool.read(spool.acked + 1, 10_000, 100_000_000)).map(
    ({ json }) => JSON.parse(json.toString()).event,
  );

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'postern-room-'));
});
afterEach(async () => {
  await spool?.close();
  await rm(dir, { recursive: true, force: true });
});

describe('a spool that may take so much room', () => {
  it('refuses what it can not record, has room for how statements end, and goes on when the events are taken over', async () => {
    await open('refuse');
    const { recorded, error } = await fill();
    expect(error).toMatchObject({ code: 'audit.full' });
    expect(recorded).toBeGreaterThan(50);
    expect(spool.fill).toMatchObject({ state: 'full', whenFull: 'refuse', lostEvents: 0 });
    expect(spool.usedBytes).toBeLessThanOrEqual(QUOTA);
    await recorder.record({ kind: 'statement.finished', actor: SELF });
    await spool.ack(spool.head.seq);
    expect(spool.fill.state).toBe('ok');
    expect(await fill(10)).toEqual({ recorded: 10, error: undefined });
    expect((await all()).map(({ kind }) => kind)).not.toContain('audit.gap_recorded');
  });

  it('warns before it is full', async () => {
    await open('refuse');
    while (spool.fill.state === 'ok') await fill(1);
    expect(spool.fill.state).toBe('low');
    expect(spool.fill.bytes).toBeLessThan(QUOTA * 0.9);
  });

  it('knows after a restart how much it takes', async () => {
    await open('refuse');
    await fill();
    const before = spool.usedBytes;
    await spool.close();
    await open('refuse');
    expect(spool.usedBytes).toBe(before);
    expect((await fill()).recorded).toBeLessThan(3);
  });

  it('goes on where that is configured, and records the gap once there is room, also after a restart', async () => {
    await open('continue');
    const { error } = await fill(500);
    expect(error).toBeUndefined();
    const kept = spool.head.seq;
    expect(kept).toBeLessThan(200);
    expect(spool.fill).toMatchObject({ state: 'full', lostEvents: 500 - kept });
    recorder.noticeRoom();
    expect(spool.fill.lostEvents).toBe(500 - kept);
    spool.keepGap();
    await spool.close();
    await open('continue');
    expect(spool.fill.lostEvents).toBe(500 - kept);
    await spool.ack(spool.head.seq);
    recorder.noticeRoom();
    await recorder.record(decided());
    const [gap, next] = await all();
    expect(gap).toMatchObject({ kind: 'audit.gap_recorded', after: { events: 500 - kept } });
    expect(Date.parse(String(gap?.after?.to))).toBeGreaterThanOrEqual(Date.parse(String(gap?.after?.from)));
    expect(next).toMatchObject({ kind: 'statement.decided' });
    expect(await readdir(dir)).not.toContain('gap');
    await spool.close();
    await open('continue');
    expect(spool.fill.lostEvents).toBe(0);
  });

  it.each(['refuse', 'continue'] as const)(
    'takes a disk without room for the same (%s)',
    async (whenFull) => {
      await open(whenFull);
      // Writing to /dev/full fails as on a full disk.
      const first = join(dir, segmentName(spool.head));
      await symlink('/dev/full', first);
      const { recorded, error } = await fill(5);
      if (whenFull === 'refuse') expect(error).toMatchObject({ code: 'audit.full' });
      else expect({ recorded, error }).toEqual({ recorded: 5, error: undefined });
      expect(spool.fill.state).toBe('full');
      await unlink(first);
      if (whenFull === 'continue') recorder.noticeRoom();
      await recorder.record(decided());
      const kinds = (await all()).map(({ kind }) => kind);
      const expected = whenFull === 'refuse' ? [] : ['audit.gap_recorded'];
      expect(kinds).toEqual([...expected, 'statement.decided']);
      expect(spool.fill.state).toBe('ok');
    },
  );
});

describe('an agent without room', () => {
  it('refuses statements in words that say what to do, to psql and in the console, until its events are taken over', async () => {
    await open('refuse');
    const url = await createDatabase(await testServer(), uniqueName('room'));
    const wire = await WireWorld.create({ shop: url });
    const { world } = wire;
    Object.assign(world.config, { auditRoom: { quotaBytes: 64 * 1024, whenFull: 'refuse' } });
    await wire.publish([rule('shop', ['read'], 'user:alex@acme.example')]);
    await world.start();
    const browser = await world.signIn('alex');
    const client = await wire.client('alex');
    await world.plane.down();
    await until(async () => {
      const { error } = await browser.run('shop', `select '${'x'.repeat(4_000)}'`);
      return error?.code === 'audit.full' ? error : undefined;
    });
    const failed = await outcomeOf(client.query(`select '${'x'.repeat(4_000)}'`));
    expect(failed).toMatchObject({
      code: '53100',
      message: expect.stringContaining('no room left for its audit trail'),
      hint: expect.stringContaining('audit.quota_mb'),
    });
    expect(world.agent.spool.fill.state).toBe('full');
    await world.plane.up();
    await until(() => world.agent.spool.fill.state === 'ok');
    expect(await outcomeOf(client.query('select 1 as one'))).toMatchObject({ rows: [{ one: 1 }] });
    await client.end();
    await wire.stop();
  });
});
