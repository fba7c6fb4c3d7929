import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AuditEvent, type ChainedEvent, followsChain } from '@postern/core/audit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from '../src/audit/spool.js';

const WRITER = fileURLToPath(new URL('./spool-writer.mjs', import.meta.url));

const event = (label = 'someone'): AuditEvent => ({
  id: randomUUID(),
  at: new Date().toISOString(),
  kind: 'agent.started',
  actor: { type: 'system', id: '', label },
});

describe('the audit spool', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'postern-spool-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const readAll = async (spool: Spool): Promise<ChainedEvent[]> => {
    const all: ChainedEvent[] = [];
    for (let next = spool.firstKept; next <= spool.head.seq; ) {
      const some = await spool.read(next, 500, 1024 * 1024);
      expect(some.length).toBeGreaterThan(0);
      all.push(...some);
      next += some.length;
    }
    return all;
  };

  const expectChain = (events: readonly ChainedEvent[], before = '0'.repeat(64)) => {
    let prev = before;
    for (const link of events) {
      expect(followsChain(prev, link)).toBe(true);
      prev = link.hash;
    }
  };

  it('numbers events from 1 without gaps and chains them, over restarts and segments', async () => {
    for (let round = 0; round < 3; round++) {
      const spool = await Spool.open(dir, 2_000);
      await Promise.all(Array.from({ length: 20 }, () => spool.append(event())));
      await spool.close();
    }
    const spool = await Spool.open(dir, 2_000);
    const events = await readAll(spool);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 60 }, (_, n) => n + 1));
    expectChain(events);
    expect(spool.depth).toBe(60);
    await spool.close();
  });

  it('reads events that are longer than what it reads at once', async () => {
    const spool = await Spool.open(dir);
    await spool.append(event('x'.repeat(1_000_000)));
    await spool.append(event('y'));
    const events = await spool.read(1, 10, 10_000_000);
    expect(events.map(({ event: { actor } }) => actor.label.length)).toEqual([1_000_000, 1]);
    expect(await spool.read(1, 10, 1_000)).toHaveLength(1);
    await spool.close();
  });

  it('deletes whole segments once all in them is confirmed, and keeps the chain when nothing is left', async () => {
    const spool = await Spool.open(dir, 2_000);
    for (let n = 0; n < 50; n++) await spool.append(event());
    const before = (await readdir(dir)).filter((name) => name.endsWith('.seg')).length;
    await spool.ack(30);
    const after = (await readdir(dir)).filter((name) => name.endsWith('.seg')).length;
    expect(after).toBeLessThan(before);
    expect(spool.depth).toBe(20);
    expect((await spool.read(31, 100, 1_000_000)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 31),
    );
    await spool.ack(50);
    const { hash } = spool.head;
    await spool.close();
    const again = await Spool.open(dir, 2_000);
    expect(again.depth).toBe(0);
    expect(await again.append(event())).toBe(51);
    expectChain(await again.read(51, 1, 1_000), hash);
    await again.close();
  });

  it.each([1, 7, 8, 9, 60])('cuts off a torn tail of %i bytes and goes on behind it', async (bytes) => {
    const spool = await Spool.open(dir);
    for (let n = 0; n < 5; n++) await spool.append(event());
    await spool.close();
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const path = join(dir, name);
    const whole = await readFile(path);
    await appendFile(path, whole.subarray(whole.length - 300, whole.length - 300 + bytes));
    const again = await Spool.open(dir);
    expect(again.cutBytes).toBe(bytes);
    expect(await again.append(event())).toBe(6);
    expectChain(await readAll(again));
    await again.close();
  });

  it('forgets an event whose write was cut short, and a segment whose header was', async () => {
    const spool = await Spool.open(dir);
    for (let n = 0; n < 5; n++) await spool.append(event());
    await spool.close();
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const { length } = await readFile(join(dir, name));
    await truncate(join(dir, name), length - 10);
    await writeFile(join(dir, '000000000000006.seg'), 'torn');
    const again = await Spool.open(dir);
    expect(again.head.seq).toBe(4);
    expect(await again.append(event())).toBe(5);
    expectChain(await readAll(again));
    await again.close();
  });

  it('refuses when the disk does not take it, and goes on when it does again', async () => {
    const spool = await Spool.open(dir, 500);
    await spool.append(event());
    await spool.append(event());
    await rm(dir, { recursive: true });
    await expect(spool.append(event())).rejects.toMatchObject({ code: 'audit.unavailable' });
    await expect(spool.append(event())).rejects.toMatchObject({ code: 'audit.unavailable' });
    const { mkdir } = await import('node:fs/promises');
    await mkdir(dir);
    expect(await spool.append(event())).toBe(3);
    await spool.close();
  });

  const confirmed = (lines: string) =>
    Math.max(0, ...lines.split('\n').slice(0, -1).map(Number).filter(Number.isInteger));

  it('loses nothing that it confirmed when it is killed in the middle', async () => {
    let next = 1;
    for (let round = 0; round < 3; round++) {
      const child = spawn(process.execPath, [WRITER, dir, '50000'], { stdio: ['ignore', 'pipe', 'inherit'] });
      let lines = '';
      const enough = new Promise<void>((resolve) => {
        child.stdout.on('data', (chunk: Buffer) => {
          lines += chunk.toString('utf8');
          if (confirmed(lines) >= next + 150) resolve();
        });
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      await enough;
      child.kill('SIGKILL');
      await ended;
      const spool = await Spool.open(dir, 50_000);
      expect(spool.head.seq).toBeGreaterThanOrEqual(confirmed(lines));
      const events = await readAll(spool);
      expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: spool.head.seq }, (_, n) => n + 1));
      expectChain(events);
      next = spool.head.seq + 1;
      await spool.close();
    }
  });

  it('refuses when the file may grow no more, and keeps what it confirmed', async () => {
    // A file size limit of the system is a disk that takes a part of a write and then no more.
    const command = `trap '' XFSZ; ulimit -f 100; exec "$0" "$1" "$2" 10000000`;
    const child = spawn('/bin/sh', ['-c', command, process.execPath, WRITER, dir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let lines = '';
    child.stdout.on('data', (chunk: Buffer) => {
      lines += chunk.toString('utf8');
    });
    await new Promise((resolve) => child.once('close', resolve));
    expect(lines).toContain('audit.unavailable');
    const last = confirmed(lines);
    expect(last).toBeGreaterThan(5);
    const spool = await Spool.open(dir);
    expect(spool.head.seq).toBeGreaterThanOrEqual(last);
    expectChain(await readAll(spool));
    expect(await spool.append(event())).toBe(spool.head.seq);
    await spool.close();
  });
});
