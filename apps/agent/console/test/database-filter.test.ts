import { describe, expect, it } from 'vitest';
import { conditionProblem, namedColumns, operatorsOf, shapedSql } from '../src/results/database-filter';
import type { Condition, Operator, Shape } from '../src/results/shape';

const columns = [
  { name: 'id', type: 'bigint' },
  { name: 'Full name', type: 'text' },
  { name: 'since', type: 'date' },
  { name: 'details', type: 'jsonb' },
];
const condition = (column: number, operator: Operator, value = '', to = ''): Condition => ({
  ...{ column, operator, value, to },
});
const shaped = (part: Partial<Shape>) =>
  shapedSql({ base: 'select * from t', parameters: undefined, conditions: [], sort: null, ...part }, columns);

describe('what the database is asked for', () => {
  it('has the values beside it, whatever stands in them', () => {
    const conditions = [condition(0, 'between', '1', "2' or true"), condition(1, 'contains', '50%_\\')];
    expect(shaped({ base: 'select id, x from t join u using (id) -- all\n;', conditions })).toEqual({
      sql: 'SELECT * FROM (\nselect id, x from t join u using (id) -- all\n) AS result\nWHERE id BETWEEN :value1 AND :value2\n  AND "Full name" ILIKE :value3',
      parameters: { value1: '1', value2: "2' or true", value3: '%50\\%\\_\\\\%' },
    });
  });

  it.each<[Condition, string, object | undefined]>([
    [condition(0, 'ne', '7'), 'WHERE id <> :value1', { value1: '7' }],
    [condition(2, 'ge', '2026-01-01'), 'WHERE since >= :value1', { value1: '2026-01-01' }],
    [condition(3, 'contains', 'x'), 'WHERE details::text ILIKE :value1', { value1: '%x%' }],
    [condition(1, 'starts', 'A'), 'WHERE "Full name" ILIKE :value1', { value1: 'A%' }],
    [condition(1, 'null', 'left over'), 'WHERE "Full name" IS NULL', undefined],
    [condition(1, 'filled'), 'WHERE "Full name" IS NOT NULL', undefined],
    [condition(1, 'eq', ''), 'WHERE "Full name" = :value1', { value1: '' }],
  ])('%j', (one, where, parameters) => {
    expect(shaped({ conditions: [one] })).toEqual({ sql: `select * from t\n${where}`, parameters });
  });

  it('chooses from a table before its first rows are counted, and from other statements as a whole', () => {
    const conditions = [condition(0, 'eq', '1')];
    const sort = { column: 2, isDescending: true };
    expect(shaped({ base: 'select * from sales."Odd t" limit 100;', conditions, sort }).sql).toBe(
      'select * from sales."Odd t"\nWHERE id = :value1\nORDER BY 3 DESC\nlimit 100',
    );
    for (const base of [
      'select * from a, b',
      'select * from t where x',
      'select * from t order by 1 limit 5',
    ]) {
      expect(shaped({ base, sort }).sql).toBe(`SELECT * FROM (\n${base}\n) AS result\nORDER BY 3 DESC`);
    }
  });

  it('keeps the values of the statement itself, under names of their own', () => {
    const conditions = [condition(0, 'eq', '1')];
    const base = 'select * from t where a = :value1 and b = $1';
    expect(shaped({ base, parameters: { value1: 'mine', $1: null }, conditions })).toEqual({
      sql: `SELECT * FROM (\n${base}\n) AS result\nWHERE id = :value2`,
      parameters: { value1: 'mine', $1: null, value2: '1' },
    });
  });

  it('is the statement itself where nothing is asked', () => {
    expect(shaped({ base: 'select 1;' })).toEqual({ sql: 'select 1;', parameters: undefined });
  });
});

describe('conditions', () => {
  it('are what a type has', () => {
    expect(operatorsOf('json')).toEqual(['contains', 'null', 'filled']);
    expect(operatorsOf('numeric(10,2)')).toContain('between');
    expect(operatorsOf('character varying(20)')[0]).toBe('contains');
    expect(operatorsOf('sales.status')).toContain('ne');
  });

  it('are told what is no value before they run', () => {
    expect(conditionProblem(columns, condition(0, 'eq', 'seven'))).toMatch(/not a whole number/);
    expect(conditionProblem(columns, condition(0, 'between', '1', ''))).toMatch(/not a whole number/);
    expect(conditionProblem(columns, condition(0, 'contains', 'seven'))).toBeUndefined();
    expect(conditionProblem(columns, condition(0, 'null', 'seven'))).toBeUndefined();
    expect(conditionProblem(columns, condition(9, 'eq'))).toBe('choose a column');
  });

  it('name no column that shares its name', () => {
    const twice = [
      { name: 'a', type: 'text' },
      { name: 'b', type: 'text' },
      { name: 'a', type: 'text' },
    ];
    expect(namedColumns(twice)).toEqual([1]);
  });
});
