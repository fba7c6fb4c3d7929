import { PostgreSQL, sql } from '@codemirror/lang-sql';
import { EditorState } from '@codemirror/state';
import type { NamesResponse } from '@postern/agent/console-catalog';
import { describe, expect, it } from 'vitest';
import { argumentsOf, callAt, signaturesOf } from '../src/editor/signature';

/** The place is where `|` stands. */
function callIn(marked: string) {
  const pos = marked.indexOf('|');
  const state = EditorState.create({
    doc: marked.replace('|', ''),
    extensions: sql({ dialect: PostgreSQL }),
  });
  return callAt(state, pos);
}

describe('the call around a place', () => {
  it.each<[string, string, number]>([
    ['select lower(|', 'lower', 0],
    ['select lower(|)', 'lower', 0],
    ['select sales.discount(12, |', 'sales.discount', 1],
    ["select sales.discount('a,b', f(1, 2), |)", 'sales.discount', 2],
    ['select a(1, b(2, 3|))', 'b', 1],
    ['select a(1, b(2, 3)|)', 'a', 1],
    ['select a(1, (2 + 3), |', 'a', 2],
    ['select a(1, (2, 3|', 'a', 1],
    ['select "Odd Name" (1, |)', '"Odd Name"', 1],
    ['select coalesce(a, /* , */ b|', 'coalesce', 1],
  ])('%s', (text, name, argument) => {
    expect(callIn(text)).toMatchObject({ name, argument });
  });

  it.each(['select 1|', 'select lower(1)|', '|', "select 'lower(|'"])('%s: none', (text) => {
    expect(callIn(text)).toBeUndefined();
  });
});

const routine = (schema: string, name: string, args: string): NamesResponse['functions'][number] => ({
  ...{ schema, name, kind: 'function', arguments: args, result: 'text' },
});
const names: NamesResponse = {
  searchPath: ['public'],
  relations: [],
  foreignKeys: [],
  functions: [
    routine('public', 'lower', 'x box'),
    routine('pg_catalog', 'lower', 'text'),
    routine('sales', 'discount', "total numeric(10,2), label text DEFAULT 'a,b'::text, OUT net numeric"),
    routine('public', 'Odd', 'a integer[], VARIADIC rest text[]'),
    routine('pg_catalog', 'now', ''),
  ],
};

describe('signatures', () => {
  const found = (name: string, argument = 0) =>
    signaturesOf(names, { name, from: 0, argument }).map(({ routine: { schema }, current }) => [
      schema,
      current,
    ]);

  it('are those of a name as PostgreSQL reads it, pg_catalog first', () => {
    expect(found('LOWER')).toEqual([
      ['pg_catalog', 0],
      ['public', 0],
    ]);
    expect(found('discount')).toEqual([]);
    expect(found('Sales.Discount')).toEqual([['sales', 0]]);
    expect(found('odd')).toEqual([]);
    expect(found('"Odd"')).toEqual([['public', 0]]);
    expect(found('now')).toEqual([['pg_catalog', -1]]);
  });

  it('are left out where they take fewer arguments, but for variadic ones', () => {
    expect(found('lower', 1)).toEqual([]);
    expect(found('sales.discount', 1)).toEqual([['sales', 1]]);
    expect(found('sales.discount', 2)).toEqual([]);
    expect(found('"Odd"', 7)).toEqual([['public', 1]]);
    expect(found('now', 1)).toEqual([]);
  });

  it('split where an argument ends', () => {
    expect(argumentsOf(`a numeric(10,2), "b,c" text DEFAULT 'x,''y'::text, d integer[]`)).toEqual([
      'a numeric(10,2)',
      `"b,c" text DEFAULT 'x,''y'::text`,
      'd integer[]',
    ]);
    expect(argumentsOf('')).toEqual([]);
  });
});
