import { describe, expect, it } from 'vitest';
import { SharedReads } from '../src/policy/shared-reads.js';

describe('shared reads', () => {
  /** A source whose reads end when the test says so. */
  function source() {
    const started: { answer(value: number): void; fail(): void }[] = [];
    const load = () =>
      new Promise<number>((resolve, reject) => {
        started.push({ answer: resolve, fail: () => reject(new Error('broken')) });
      });
    return { started, load };
  }

  it('answer whoever asks during a read with one that began after the question', async () => {
    const reads = new SharedReads<number>();
    const { started, load } = source();
    const first = reads.read('a', load);
    const crowd = Array.from({ length: 50 }, () => reads.read('a', load));
    started[0]?.answer(1);
    expect(await first).toBe(1);
    await expect.poll(() => started.length).toBe(2);
    const during = reads.read('a', load);
    started[1]?.answer(2);
    expect(new Set(await Promise.all(crowd))).toEqual(new Set([2]));
    await expect.poll(() => started.length).toBe(3);
    started[2]?.answer(3);
    expect(await during).toBe(3);
  });

  it('keep keys apart, and go on after a failure', async () => {
    const reads = new SharedReads<number>();
    const { started, load } = source();
    const [a, b] = [reads.read('a', load), reads.read('b', load)];
    const next = reads.read('a', load);
    started[0]?.fail();
    await expect(a).rejects.toThrow('broken');
    started[1]?.answer(5);
    expect(await b).toBe(5);
    await expect.poll(() => started.length).toBe(3);
    started[2]?.answer(6);
    expect(await next).toBe(6);
    const later = reads.read('a', load);
    started[3]?.answer(7);
    expect(await later).toBe(7);
  });
});
