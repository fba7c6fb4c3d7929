import { describe, expect, it } from 'vitest';
import { RowStore } from '../src/results/row-store';
import { dataRows } from './data-rows';

describe('rows as they came', () => {
  const rows = [
    ['1', null, ''],
    ['2', 'zwei ☂', 'x'.repeat(3_000)],
    ['3', '', null],
  ];
  const bytes = dataRows(rows);

  it.each([1, 3, 5, 7, 64, 5_000])('reads them from pieces of %i bytes', (size) => {
    const store = new RowStore();
    for (let at = 0; at < bytes.length; at += size) store.push(bytes.slice(at, at + size));
    expect(store.count).toBe(3);
    expect(store.bytes).toBe(bytes.length);
    expect([0, 1, 2].map((row) => store.row(row))).toEqual(rows);
    expect(store.value(1, 1)).toBe('zwei ☂');
    expect(store.value(2, 2)).toBeNull();
    expect(store.value(0, 2)).toBe('');
    expect(store.value(0, 3)).toBeUndefined();
    expect(store.value(3, 0)).toBeUndefined();
  });

  it('shows no part of a row that never came to its end', () => {
    const store = new RowStore();
    store.push(bytes.slice(0, bytes.length - 1));
    expect(store.count).toBe(2);
  });

  it('finds any of a hundred thousand rows', () => {
    const store = new RowStore();
    for (let from = 0; from < 100_000; from += 1_000) {
      store.push(dataRows(Array.from({ length: 1_000 }, (_, index) => [String(from + index)])));
    }
    for (const row of [0, 999, 1_000, 54_321, 99_999]) expect(store.value(row, 0)).toBe(String(row));
  });
});
