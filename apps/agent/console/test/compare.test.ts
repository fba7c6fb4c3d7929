import { describe, expect, it } from 'vitest';
import { comparedColumns, compareResults } from '../src/results/compare';
import { resultOf } from './data-rows';

const columns = (...names: string[]) => names.map((name) => ({ name, type: 'text' }));
const before = resultOf(columns('id', 'name', 'old'), [
  ['1', 'a', 'x'],
  ['2', null, 'x'],
  ['3', 'c', 'x'],
]);
const after = resultOf(columns('name', 'id', 'new'), [
  ['a', '1', 'y'],
  ['', '2', 'y'],
  ['d', '4', 'y'],
]);

describe('two results compared', () => {
  it('by the columns that both have, wherever they stand', () => {
    expect(comparedColumns(before, after)).toEqual(['id', 'name']);
    expect(compareResults(before, after, ['id'])).toEqual({
      changes: [
        { kind: 'changed', key: ['2'], cells: [{ column: 'name', before: null, after: '' }] },
        { kind: 'removed', key: ['3'], cells: [] },
        { kind: 'added', key: ['4'], cells: [] },
      ],
      same: 1,
      ambiguous: 0,
      onlyBefore: ['old'],
      onlyAfter: ['new'],
    });
  });

  it('match rows of the same key in their order, and say so', () => {
    const twice = resultOf(columns('id', 'name'), [
      ['1', 'a'],
      ['1', 'b'],
    ]);
    const once = resultOf(columns('id', 'name'), [['1', 'a']]);
    expect(compareResults(twice, once, ['id'])).toMatchObject({
      changes: [{ kind: 'removed', key: ['1'] }],
      same: 1,
      ambiguous: 2,
    });
  });
});
