import { describe, expect, it } from 'vitest';
import { cellsOfPaste, fieldsOf } from '../src/edit/paste';
import {
  type Change,
  editTarget,
  NOTHING_STAGED,
  statementsOf,
  type TableColumn,
  tableOf,
} from '../src/edit/staged';
import { problemOf } from '../src/edit/validate';
import { withoutWhere } from '../src/edit/without-where';

const column = (name: string, attribute: number, more: Partial<TableColumn> = {}): TableColumn => ({
  ...{ name, attribute, type: 'text', isRequired: false, hasDefault: false, generated: 'no', values: null },
  ...more,
});
const table = {
  name: 'public.item',
  kind: 'r',
  key: [1],
  columns: [
    column('id', 1, { type: 'integer', isRequired: true }),
    column('na"me', 2),
    column('ok', 3, { type: 'boolean' }),
    column('made', 4, { generated: 'always' }),
  ],
};
const shown = [1, 2, 3].map((attribute) => ({ name: 'x', type: 'text', table: 7, attribute }));

describe('staged edits', () => {
  const rows = [
    ['1', "it's", 't'],
    ['2', null, 'f'],
  ];
  const valueAt = (row: number, at: number) => rows[row]?.[at] ?? null;
  const target = editTarget(shown, table);
  if ('why' in target) throw new Error(target.why);

  it('become statements by the key, which take what was shown for granted', () => {
    const staged = {
      changed: new Map([[0, new Map([[1, { value: null }]])]]),
      deleted: new Set([1]),
      added: [
        new Map<number, Change>([
          [0, { value: '3' }],
          [2, 'default' as const],
        ]),
        new Map(),
      ],
    };
    expect(statementsOf(staged, target, valueAt)).toEqual([
      `DELETE FROM public.item WHERE "id" = '2' AND "na""me" IS NULL AND "ok" IS NOT DISTINCT FROM 'f'`,
      `UPDATE public.item SET "na""me" = NULL WHERE "id" = '1' AND "na""me"::text IS NOT DISTINCT FROM 'it''s'`,
      `INSERT INTO public.item ("id", "ok") VALUES ('3', DEFAULT)`,
      'INSERT INTO public.item DEFAULT VALUES',
    ]);
    expect(statementsOf(NOTHING_STAGED, target, valueAt)).toEqual([]);
  });

  it('of a row that is deleted as well are left out', () => {
    const changed = new Map([[1, new Map([[1, { value: 'x' }]])]]);
    expect(statementsOf({ ...NOTHING_STAGED, changed, deleted: new Set([1]) }, target, valueAt)).toHaveLength(
      1,
    );
  });

  it.each([
    [[], 'the result comes from no table'],
    [
      [
        { name: 'a', type: 'text', table: 1, attribute: 1 },
        { name: 'b', type: 'text', table: 2, attribute: 1 },
      ],
      'the result joins several tables',
    ],
  ])('are refused politely (%#)', (columns, why) => {
    expect(tableOf(columns)).toEqual({ why });
  });

  it.each([
    [{ ...table, kind: 'v' }, shown, 'public.item is not a table'],
    [{ ...table, key: [] }, shown, 'public.item has no primary key, so a row can not be told from others'],
    [table, shown.slice(1), 'the result lacks id of the key of public.item'],
  ])('need the key of one table (%#)', (of, columns, why) => {
    expect(editTarget(columns, of)).toEqual({ why });
  });
});

describe('what is pasted or imported', () => {
  it('keeps NULL, the empty string and what is quoted apart', () => {
    expect(fieldsOf('a\t\t""\r\n"b\tc"\t"say ""hi"""\tx\n')).toEqual([
      ['a', null, ''],
      ['b\tc', 'say "hi"', 'x'],
    ]);
    expect(fieldsOf('a,b\n1,"2,\n3"', ',')).toEqual([
      ['a', 'b'],
      ['1', '2,\n3'],
    ]);
  });

  it('goes from the corner on, one value into all that is selected', () => {
    const cells = { rowCount: 3, idAt: (at: number) => at };
    const area = { top: 1, left: 0, bottom: 2, right: 1 };
    expect(cellsOfPaste('x', area, cells, [4, 5])).toHaveLength(4);
    const block = '1\t2\t3\n4\t5\t6\n7\t8\t9';
    expect(cellsOfPaste(block, { ...area, bottom: 1, right: 0 }, cells, [4, 5])).toEqual([
      { row: 1, column: 4, change: { value: '1' } },
      { row: 1, column: 5, change: { value: '2' } },
      { row: 2, column: 4, change: { value: '4' } },
      { row: 2, column: 5, change: { value: '5' } },
    ]);
  });
});

describe('what a column takes', () => {
  it.each([
    ['integer', '12', true],
    ['integer', '2147483648', false],
    ['bigint', '9223372036854775807', true],
    ['integer', '1.5', false],
    ['numeric(10,2)', '-1.10', true],
    ['numeric(10,2)', 'abc', false],
    ['double precision', 'NaN', true],
    ['boolean', 'yes', true],
    ['boolean', 'maybe', false],
    ['integer[]', '{1,2}', true],
    ['integer[]', '1,2', false],
    ['jsonb', '{"a":1}', true],
    ['jsonb', '{a}', false],
    ['date', 'infinity', true],
    ['date', 'soon', false],
    ['uuid', '7c9e6679-7425-40de-944b-e07fc1f90ae7', true],
    ['character varying(3)', 'abcd', false],
    ['text', '', true],
  ])('%s and `%s`: %s', (type, value, isTaken) => {
    expect(problemOf(column('c', 1, { type }), { value }) === undefined).toBe(isTaken);
  });

  it('knows what is required, generated, computed, one of a few', () => {
    expect(problemOf(table.columns[0], { value: null })).toBe('id must not be NULL');
    expect(problemOf(table.columns[0], 'default')).toContain('no default');
    expect(problemOf(table.columns[3], { value: '1' })).toBe('made is generated by the database');
    expect(problemOf(undefined, { value: '1' })).toContain('computed');
    expect(problemOf(column('c', 1, { values: ['a', 'b'] }), { value: 'c' })).toBe('one of a, b');
  });
});

describe('changing every row', () => {
  it.each<[string, string | undefined]>([
    ['delete from t', 'DELETE'],
    ['update t set a = (select 1 where true) -- where', 'UPDATE'],
    ["update t set a = 'where'", 'UPDATE'],
    ['update t set a = 1 where b', undefined],
    ['select 1; delete from t using u', 'DELETE'],
    ['with x as (select 1 where true) delete from t', 'DELETE'],
    ['with x as (delete from t where a) select 1', undefined],
    ['insert into t select 1', undefined],
    ['select "delete" from t', undefined],
  ])('is noticed in `%s`: %s', (sql, verb) => {
    expect(withoutWhere(sql)).toBe(verb);
  });
});
