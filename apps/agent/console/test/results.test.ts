import { describe, expect, it } from 'vitest';
import { duration, isNumeric, lineAt, plural } from '../src/results/format';
import { cellText, firstWidths } from '../src/results/grid-layout';
import { isInside, moved, rectangleOf, type Selection } from '../src/results/selection';
import { copyOf, toTsv } from '../src/results/tsv';
import { resultOf } from './data-rows';

describe('copying', () => {
  it('keeps NULL and the empty string apart', () => {
    expect(toTsv([[null, '']])).toBe('\t""');
  });

  it('keeps values to the character', () => {
    expect(toTsv([['12345678901234567890.10', '-5', ' a ']])).toBe('12345678901234567890.10\t-5\t a ');
  });

  it('quotes what would break a row or a column', () => {
    expect(toTsv([['a\tb', 'c\nd', 'say "hi"']])).toBe('"a\tb"\t"c\nd"\t"say ""hi"""');
  });

  it('writes names first when asked, the same name twice if need be', () => {
    expect(toTsv([['1', '2']], ['a', 'a'])).toBe('a\ta\n1\t2');
  });

  it('takes one cell as it is', () => {
    expect(copyOf([['x\ty']])).toBe('x\ty');
    expect(copyOf([[null]])).toBe('NULL');
    expect(copyOf([['']])).toBe('');
  });

  it('takes only the cells that are selected', () => {
    expect(copyOf([['1'], [null]])).toBe('1\n');
  });
});

describe('selection', () => {
  const extent = { rows: 100, columns: 5, page: 20 };
  const at = (row: number, column: number): Selection => ({
    anchor: { row, column },
    focus: { row, column },
  });
  const key = (name: string, shiftKey = false, ctrlKey = false) => ({
    key: name,
    shiftKey,
    ctrlKey,
    metaKey: false,
  });

  it.each<[string, Selection | null, ReturnType<typeof key>, [number, number]]>([
    ['begins at the first cell', null, key('ArrowDown'), [0, 0]],
    ['moves down', at(3, 2), key('ArrowDown'), [4, 2]],
    ['stops at the edge', at(0, 0), key('ArrowUp'), [0, 0]],
    ['goes to the last row', at(3, 2), key('ArrowDown', false, true), [99, 2]],
    ['goes a page on', at(90, 2), key('PageDown'), [99, 2]],
    ['goes to the end of the row', at(3, 2), key('End'), [3, 4]],
    ['goes to the very end', at(3, 2), key('End', false, true), [99, 4]],
  ])('%s', (_, from, pressed, [row, column]) => {
    expect(moved(from, pressed, extent)?.focus).toEqual({ row, column });
  });

  it('extends with Shift, in any direction', () => {
    const up = moved(at(3, 2), key('ArrowUp', true), extent);
    expect(up && rectangleOf(up)).toEqual({ top: 2, bottom: 3, left: 2, right: 2 });
    expect(up && isInside(rectangleOf(up), 3, 2)).toBe(true);
  });

  it('leaves other keys alone, and a result without rows', () => {
    expect(moved(at(0, 0), key('x'), extent)).toBeUndefined();
    expect(moved(null, key('ArrowDown'), { ...extent, rows: 0 })).toBeUndefined();
  });
});

describe('what is shown', () => {
  it.each<[number, string]>([
    [0.42, '0.4 ms'],
    [12.4, '12 ms'],
    [3_449, '3.4 s'],
    [125_000, '2 m 05 s'],
  ])('%d ms is %s', (ms, expected) => {
    expect(duration(ms)).toBe(expected);
  });

  it('counts', () => {
    expect([plural(0, 'row'), plural(1, 'row'), plural(1_000, 'row')]).toEqual([
      '0 rows',
      '1 row',
      '1,000 rows',
    ]);
  });

  it('knows numbers by their type', () => {
    expect(['int4', 'numeric(10,2)', 'double precision', 'oid'].every(isNumeric)).toBe(true);
    expect(['text', 'int4[]', 'interval', 'int4range'].some(isNumeric)).toBe(false);
  });

  it('finds the line of a position', () => {
    expect(lineAt('select 1,\n  naem\nfrom t', 12)).toEqual({ number: 2, text: '  naem', column: 2 });
    expect(lineAt('a', 1)).toEqual({ number: 1, text: 'a', column: 1 });
  });

  it('puts a value on one line and cuts it', () => {
    expect(cellText('a\r\nb\tc')).toBe('a⏎b⇥c');
    expect(cellText('x'.repeat(1_000))).toHaveLength(301);
  });

  it('gives columns a width by what is in them, within limits', () => {
    const columns = ['a', 'b'].map((name) => ({ name, type: 'text' }));
    const result = resultOf(columns, [['x', 'y'.repeat(5_000)]]);
    const [narrow = 0, wide = 0] = firstWidths(result);
    expect(narrow).toBeGreaterThanOrEqual(64);
    expect(wide).toBe(380);
  });
});
