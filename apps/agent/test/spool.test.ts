import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type AuditEvent, type ChainedEvent, followsChain } from '@postern/core/audit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSegmentName, readSegment } from '../src/audit/segment.js';
import { Spool } from '../src/audit/spool.js';
import { type SpooledEvent, SpoolReader } from '../src/audit/spool-reader.js';

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

  /** Its number, once the disk has it. */
  const append = async (spool: Spool, one = event()): Promise<number> => {
    await spool.append(one).durable();
    return spool.head.seq;
  };

  const read = async (spool: Spool, ...of: Parameters<Spool['read']>): Promise<ChainedEvent[]> =>
    (await spool.read(...of)).map(({ seq, json }) => {
      const link = JSON.parse(json.toString('utf8')) as ChainedEvent;
      expect(link.seq).toBe(seq);
      return link;
    });

  const readAll = async (spool: Spool): Promise<ChainedEvent[]> => {
    const all: ChainedEvent[] = [];
    for (let next = spool.firstKept; next <= spool.head.seq; ) {
      const some = await read(spool, next, 500, 1024 * 1024);
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

  it('reads the same from its memory as from the disk, wherever one begins and however much one wants', async () => {
    const spool = await Spool.open(dir, 64 * 1024);
    for (let turn = 0; turn < 20; turn++) {
      const wait = Array.from({ length: turn % 7 }, () => spool.append(event('ä'.repeat(turn * 150))));
      await wait.at(-1)?.durable();
    }
    const seq = spool.head.seq;
    const disk = new SpoolReader(dir);
    const segments = (await readdir(dir)).filter(isSegmentName).sort();
    expect(segments.length).toBeGreaterThan(2);
    for (const [max, maxBytes] of [
      [3, 1_000_000],
      [500, 5_000],
      [500, 1_000_000],
    ] as const) {
      for (let fromSeq = 1; fromSeq <= seq; fromSeq += 4) {
        const texts = (found: readonly SpooledEvent[]) => found.map((one) => `${one.seq} ${one.json}`);
        const found = texts(await spool.read(fromSeq, max, maxBytes));
        expect(found).toEqual(texts(await disk.read(segments, { fromSeq, toSeq: seq, max, maxBytes })));
      }
    }
    await spool.ack(seq - 3);
    expect((await spool.read(seq - 2, 10, 1_000_000)).map((one) => one.seq)).toEqual([seq - 2, seq - 1, seq]);
    expect(await spool.read(seq + 1, 10, 1_000_000)).toEqual([]);
    await spool.close();
  });

  it('keeps no more than a few megabytes in memory, and reads the rest from the disk', async () => {
    const spool = await Spool.open(dir);
    for (let n = 0; n < 5; n++) await append(spool, event('x'.repeat(1_000_000)));
    await append(spool, event('last'));
    expect((await readAll(spool)).map((link) => link.seq)).toEqual([1, 2, 3, 4, 5, 6]);
    await spool.close();
  });

  it('numbers events from 1 without gaps and chains them, over restarts and segments', async () => {
    for (let round = 0; round < 3; round++) {
      const spool = await Spool.open(dir, 2_000);
      await Promise.all(Array.from({ length: 20 }, () => append(spool)));
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
    await append(spool, event('x'.repeat(1_000_000)));
    await append(spool, event('y'));
    const events = await read(spool, 1, 10, 10_000_000);
    expect(events.map(({ event: { actor } }) => actor.label.length)).toEqual([1_000_000, 1]);
    expect(await read(spool, 1, 10, 1_000)).toHaveLength(1);
    await spool.close();
  });

  it('deletes whole segments once all in them is confirmed, and keeps the chain when nothing is left', async () => {
    const spool = await Spool.open(dir, 2_000);
    for (let n = 0; n < 50; n++) await append(spool);
    const before = (await readdir(dir)).filter((name) => name.endsWith('.seg')).length;
    await spool.ack(30);
    const after = (await readdir(dir)).filter((name) => name.endsWith('.seg')).length;
    expect(after).toBeLessThan(before);
    expect(spool.depth).toBe(20);
    expect((await read(spool, 31, 100, 1_000_000)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 31),
    );
    await spool.ack(50);
    const { hash } = spool.head;
    await spool.close();
    const again = await Spool.open(dir, 2_000);
    expect(again.depth).toBe(0);
    expect(await append(again)).toBe(51);
    expectChain(await read(again, 51, 1, 1_000), hash);
    await again.close();
  });

  it.each([1, 7, 8, 9, 60])('cuts off a torn tail of %i bytes and goes on behind it', async (bytes) => {
    const spool = await Spool.open(dir);
    for (let n = 0; n < 5; n++) await append(spool);
    await spool.close();
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const path = join(dir, name);
    const whole = await readFile(path);
    await appendFile(path, whole.subarray(whole.length - 300, whole.length - 300 + bytes));
    const again = await Spool.open(dir);
    expect(again.cutBytes).toBe(bytes);
    expect(await append(again)).toBe(6);
    expectChain(await readAll(again));
    await again.close();
  });

  it('cut at any byte, it keeps every event that is whole and goes on behind it', async () => {
    const spool = await Spool.open(dir);
    await append(spool, event('ä€𝄞'));
    await append(spool);
    await spool.close();
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const whole = await readFile(join(dir, name));
    const ends = [0];
    for (let at = 0; at < whole.length; at = ends.at(-1) ?? 0) ends.push(at + 8 + whole.readUInt32BE(at));
    expect(ends).toHaveLength(4);
    const torn = join(dir, 'torn');
    for (let bytes = 0; bytes < whole.length; bytes++) {
      await mkdir(torn);
      await writeFile(join(torn, name), whole.subarray(0, bytes));
      const again = await Spool.open(torn);
      // The header is the first frame.
      const kept = Math.max(0, ends.filter((end) => end <= bytes).length - 2);
      expect([bytes, again.head.seq]).toEqual([bytes, kept]);
      // Each append is a wait for the disk.
      if (bytes % 20 === 0 || ends.includes(bytes)) {
        expect(await append(again)).toBe(kept + 1);
        expectChain(await readAll(again));
      }
      await again.close();
      await rm(torn, { recursive: true });
    }
  });

  it('has written an event before the turn of the event loop ends, many of them at once', async () => {
    const spool = await Spool.open(dir);
    await append(spool);
    const appended = Array.from({ length: 100 }, () => spool.append(event()));
    expect(new Set(appended).size).toBe(1);
    await appended[0]?.written;
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const { events, totalBytes, goodBytes } = (await readSegment(join(dir, name))) ?? {};
    expect(events).toHaveLength(101);
    expect(goodBytes).toBe(totalBytes);
    await spool.close();
  });

  it('writes what nobody waits for with what somebody does, and by itself soon', async () => {
    const spool = await Spool.open(dir);
    await append(spool);
    const later = spool.append(event('later'), 'later');
    expect(spool.append(event('now'))).toBe(later);
    await later.written;
    expect(spool.head.seq).toBe(3);
    await spool.append(event('later'), 'later').written;
    await spool.settled();
    expect(spool.depth).toBe(4);
    expectChain(await readAll(spool));
    await spool.close();
  });

  it('knows after a crash that what was confirmed and deleted needs not be sent, though the note of it is old', async () => {
    const spool = await Spool.open(dir, 2_000);
    for (let n = 0; n < 50; n++) await append(spool);
    await spool.ack(50);
    await spool.close();
    await writeFile(join(dir, 'acked'), '3');
    const again = await Spool.open(dir, 2_000);
    expect(again.acked).toBe(again.firstKept - 1);
    expect(await read(again, again.acked + 1, 1, 1_000)).toHaveLength(1);
    await again.close();
  });

  it('forgets an event whose write was cut short, and a segment whose header was', async () => {
    const spool = await Spool.open(dir);
    for (let n = 0; n < 5; n++) await append(spool);
    await spool.close();
    const [name = ''] = (await readdir(dir)).filter((entry) => entry.endsWith('.seg'));
    const { length } = await readFile(join(dir, name));
    await truncate(join(dir, name), length - 10);
    await writeFile(join(dir, '000000000000006.seg'), 'torn');
    const again = await Spool.open(dir);
    expect(again.head.seq).toBe(4);
    expect(await append(again)).toBe(5);
    expectChain(await readAll(again));
    await again.close();
  });

  it('refuses when the disk does not take it, and goes on when it does again', async () => {
    const spool = await Spool.open(dir, 500);
    await append(spool);
    await append(spool);
    await rm(dir, { recursive: true });
    await expect(append(spool)).rejects.toMatchObject({ code: 'audit.unavailable' });
    await expect(append(spool)).rejects.toMatchObject({ code: 'audit.unavailable' });
    await mkdir(dir);
    expect(await append(spool)).toBe(3);
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
    expect(await append(spool)).toBe(spool.head.seq);
    await spool.close();
  });
});
