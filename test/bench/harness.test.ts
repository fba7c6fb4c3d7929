import { describe, expect, it } from 'vitest';
import { measure, median, toMarkdown } from './harness.js';

const noStack = () => Promise.reject(new Error('this benchmark needs no stack'));

describe('the benchmark harness', () => {
  it('takes the middle of what it measured', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('lets the contenders work in turn, each in every place, after a warm-up', async () => {
    const order: string[] = [];
    const contender = (name: string) => ({ name, once: () => order.push(name) });
    let closed = false;
    const outcome = await measure(
      {
        name: 'turns',
        title: 'Turns',
        prepare: async () => ({
          batch: 1,
          contenders: [contender('a'), contender('b')],
          facts: { size: '1 MB' },
          close: async () => {
            closed = true;
          },
        }),
      },
      { quick: true, rounds: 3 },
      noStack,
    );
    expect(order.join('')).toBe('abbaabba');
    expect(closed).toBe(true);
    expect(outcome.figures.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(outcome.figures[0]?.ratio).toBe(1);
  });

  it('works at the concurrency asked for, and does the whole batch', async () => {
    let [now, most, done] = [0, 0, 0];
    const once = async (): Promise<void> => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      done += 1;
    };
    const prepare = async () => ({ batch: 20, concurrency: 4, contenders: [{ name: 'a', once }] });
    await measure({ name: 'lanes', title: 'Lanes', prepare }, { quick: true, rounds: 1 }, noStack);
    expect(most).toBe(4);
    expect(done).toBe(40);
  });

  it('writes a table that Markdown understands', () => {
    const figures = [
      { name: 'one', microseconds: 0.25, perSecond: 4e6, ratio: 1 },
      { name: 'two', microseconds: 1_500, perSecond: 667, ratio: 6000 },
    ];
    const text = toMarkdown({
      name: 'x',
      title: 'X',
      figures,
      facts: { memory: '80 MB' },
      table: [
        ['clients', 'tps'],
        ['8', '900'],
      ],
    });
    expect(text).toContain('| one | 250 ns | 4,000,000 | 1.00 × |');
    expect(text).toContain('| two | 1.50 ms | 667 | 6000.00 × |');
    expect(text).toContain('| clients | tps |\n|---|---:|\n| 8 | 900 |\n');
    expect(text).toContain('- memory: 80 MB');
  });
});
