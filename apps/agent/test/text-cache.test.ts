import { describe, expect, it } from 'vitest';
import { TextCache } from '../src/session/text-cache.js';

/** Texts that never return, more than are kept that just came. */
function passing<Value>(cache: TextCache<Value>, value: Value, from: number): void {
  for (let i = from; i < from + 100; i += 1) cache.set(`select ${i}`, value);
}

describe('what is known of texts', () => {
  it('finds a text that just came, and lets it go among texts that never return', () => {
    const cache = new TextCache<string>();
    cache.set('select a', 'a');
    expect(cache.get('select a')).toBe('a');
    passing(cache, 'passing', 0);
    expect(cache.get('select a')).toBeUndefined();
    expect(cache.get('select 99')).toBe('passing');
  });

  it('keeps a text that came back, however many pass by', () => {
    const cache = new TextCache<string>();
    cache.set('select a', 'once');
    passing(cache, 'passing', 0);
    cache.set('select a', 'twice');
    passing(cache, 'passing', 1_000);
    passing(cache, 'passing', 2_000);
    expect(cache.get('select a')).toBe('twice');
  });

  it('keeps one that is asked for all the time', () => {
    const cache = new TextCache<string>();
    cache.set('select a', 'a');
    for (let i = 0; i < 1_000; i += 1) {
      cache.set(`select ${i}`, 'passing');
      expect(cache.get('select a')).toBe('a');
    }
  });

  it('holds a bounded number of texts', () => {
    const cache = new TextCache<number>();
    const texts = Array.from({ length: 3_000 }, (_, i) => `select ${i}`);
    for (const round of [1, 2]) for (const text of texts) cache.set(text, round);
    expect(texts.filter((text) => cache.get(text) !== undefined).length).toBeLessThanOrEqual(564);
  });
});
