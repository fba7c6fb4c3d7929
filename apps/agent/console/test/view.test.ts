import { describe, expect, it } from 'vitest';
import { copyAs } from '../src/results/copy-as';
import { orderOf } from '../src/results/order';
import { sumsOf } from '../src/results/sums';
import { resultOf } from './data-rows';

describe('sorting and filtering', () => {
  const sorted = (type: string, values: (string | null)[], isDescending = false) => {
    const result = resultOf(
      [{ name: 'a', type }],
      values.map((value) => [value]),
    );
    return [...(orderOf(result, { column: 0, isDescending }, '') ?? [])].map((row) => values[row]);
  };

  it('puts NULL and NaN where PostgreSQL does', () => {
    expect(sorted('numeric', ['10', null, '9', 'NaN', '-1'])).toEqual(['-1', '9', '10', 'NaN', null]);
    expect(sorted('numeric', ['10', null, '9', 'NaN', '-1'], true)).toEqual([null, 'NaN', '10', '9', '-1']);
  });

  it('tells numbers apart that are one double', () => {
    expect(sorted('bigint', ['9007199254740993', '9007199254740992'])).toEqual([
      '9007199254740992',
      '9007199254740993',
    ]);
    expect(sorted('numeric', ['-1.00000000000000000002', '-1.00000000000000000001'])[0]).toBe(
      '-1.00000000000000000002',
    );
  });

  it('orders instants by time, whatever their offset', () => {
    const values = [
      '2026-01-01 00:00:00.000002+00',
      'infinity',
      '2026-01-01 01:00:00.000001+01',
      '-infinity',
    ];
    expect(sorted('timestamp with time zone', values)).toEqual([values[3], values[2], values[0], values[1]]);
  });

  it('finds rows by any of their values', () => {
    const result = resultOf(
      [
        { name: 'a', type: 'text' },
        { name: 'b', type: 'text' },
      ],
      [
        ['Anna', '1'],
        ['Bob', null],
        ['Hannah', ''],
      ],
    );
    expect([...(orderOf(result, null, 'ANN') ?? [])]).toEqual([0, 2]);
    expect(orderOf(result, null, ' ')).toBeUndefined();
  });
});

describe('sums', () => {
  it.each<[(string | null)[], string, string]>([
    [['0.1', '0.2'], '0.3', '0.15'],
    [['9007199254740993', '1', null], '9007199254740994', '4503599627370497'],
    [['-1.5', '1e3', 'x'], '998.5', '499.25'],
    [['1', '1', '0'], '2', '0.666666666667'],
  ])('are exact: %j', (values, sum, average) => {
    expect(sumsOf(values).numbers).toMatchObject({ sum, average });
  });

  it('counts what is no number too', () => {
    expect(sumsOf(['a', null])).toEqual({ count: 2, nulls: 1 });
  });
});

it('copies as JSON with types and as INSERT', () => {
  const columns = [
    { name: 'a', type: 'integer' },
    { name: 'a', type: 'text' },
  ];
  expect(copyAs('json', columns, [['1', null]])).toBe('[\n{"a":1,"a_2":null}\n]\n');
  expect(copyAs('sql', columns, [['1', "it's"]])).toBe(
    `INSERT INTO result ("a", "a") VALUES\n  (1, 'it''s');\n`,
  );
});
