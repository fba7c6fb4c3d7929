import { describe, expect, it } from 'vitest';
import { rowLinks, sourceName } from '../src/results/row-links';

const relation = (oid: number, name: string, columns: string[]) => ({
  ...{ oid, schema: 'sales', name, kind: 'table' },
  columns: columns.map((column): [string, string] => [column, 'bigint']),
});
const names = {
  relations: [relation(1, 'customer', ['id', 'name']), relation(2, 'orders', ['id', 'customer_id'])],
  foreignKeys: [{ table: 2, target: 1, columns: ['customer_id'], targetColumns: ['id'] }],
};
const column = (table: number, attribute: number, name: string) => ({
  name,
  type: 'bigint',
  table,
  attribute,
});

describe('where a row leads', () => {
  it('to the row that its foreign key names, by a bound value', () => {
    const order = [column(2, 1, 'id'), column(2, 2, 'customer_id')];
    expect(rowLinks(order, ['5', "7' or true"], names)).toEqual([
      {
        ...{ direction: 'to', table: 'sales.customer', condition: "id = 7' or true" },
        sql: 'select * from sales.customer where id = :key1',
        parameters: { key1: "7' or true" },
      },
    ]);
  });

  it('to the rows that name it', () => {
    expect(rowLinks([column(1, 1, 'id')], ['7'], names)).toMatchObject([
      {
        direction: 'from',
        table: 'sales.orders',
        sql: 'select * from sales.orders where customer_id = :key1',
      },
    ]);
  });

  it('from a table that is named, where it is one', () => {
    expect(sourceName([column(1, 1, 'id'), { name: 'n', type: 'text' }], names)).toBe('sales.customer');
    expect(sourceName([column(1, 1, 'id'), column(2, 1, 'id')], names)).toBe('result');
    expect(sourceName([{ name: 'n', type: 'text' }], names)).toBe('result');
  });

  it('nowhere from NULL, from another column under that name, or from what is no column', () => {
    expect(rowLinks([column(2, 2, 'customer_id')], [null], names)).toEqual([]);
    expect(rowLinks([column(2, 1, 'customer_id')], ['5'], names)).toEqual([]);
    expect(rowLinks([{ name: 'customer_id', type: 'bigint' }], ['5'], names)).toEqual([]);
  });
});
