import { describe, expect, it } from 'vitest';
import { splitStatements } from '../src/editor/split';
import { statementAt, trimSpan, wordAt } from '../src/editor/statement-at';

const texts = (sql: string) => splitStatements(sql).map(({ start, end }) => sql.slice(start, end));

describe('splitting by semicolons', () => {
  it.each<[string, string[]]>([
    ['select 1; select 2', ['select 1', 'select 2']],
    ['select 1;;\n ; select 2;', ['select 1', 'select 2']],
    ["select ';'; select 2", ["select ';'", 'select 2']],
    ["select 'it''s; fine'; select 2", ["select 'it''s; fine'", 'select 2']],
    ["select E'\\'; still'; select 2", ["select E'\\'; still'", 'select 2']],
    ["select '\\'; select 2", ["select '\\'", 'select 2']],
    ['select "a;b"; select 2', ['select "a;b"', 'select 2']],
    ['do $$ begin; end $$; select 2', ['do $$ begin; end $$', 'select 2']],
    ['do $a$ $$ ; $$ $a$; select 2', ['do $a$ $$ ; $$ $a$', 'select 2']],
    ['select a$b$ from t; select $b$x;y$b$', ['select a$b$ from t', 'select $b$x;y$b$']],
    ['select $1; select 2', ['select $1', 'select 2']],
    ['-- no; not here\nselect 1; -- after\nselect 2', ['select 1', 'select 2']],
    ['/* a; /* b; */ c; */ select 1; select 2', ['select 1', 'select 2']],
    ['select 1 /* end', ['select 1 /* end']],
    ['select 1 /* why */; select 2 -- too\n', ['select 1 /* why */', 'select 2 -- too']],
    ["select 'open; select 2", ["select 'open; select 2"]],
    ['  \n-- only a comment\n', []],
    ['', []],
  ])('%j', (sql, expected) => {
    expect(texts(sql)).toEqual(expected);
  });
});

describe('the statement at the cursor', () => {
  const sql = 'select 1;\n\nselect 2; select 3;\n\n-- end\n';
  const spans = splitStatements(sql);
  const at = (cursor: number) => {
    const span = statementAt(sql, spans, cursor);
    return span && sql.slice(span.start, span.end);
  };
  it.each<[string, number, string]>([
    ['at the start of the text', 0, 'select 1'],
    ['inside', 4, 'select 1'],
    ['right after the semicolon', 9, 'select 1'],
    ['on the empty line before the next', 10, 'select 2'],
    ['at the start of a statement', 11, 'select 2'],
    ['between two on one line', 20, 'select 2'],
    ['on the second of a line', 22, 'select 3'],
    ['after the last', sql.length, 'select 3'],
  ])('%s', (_, cursor, expected) => {
    expect(at(cursor)).toBe(expected);
  });

  it('is nothing when there is none', () => {
    expect(statementAt('  ', [], 1)).toBeUndefined();
  });

  it('leaves out white space that a parser counts in', () => {
    expect(trimSpan('  a b \n', { start: 0, end: 7 })).toEqual({ start: 2, end: 5 });
  });
});

describe('what to underline', () => {
  it.each<[string, number, string]>([
    ['select pg_sleep(1)', 7, 'pg_sleep'],
    ['select pg_catalog.pg_sleep(1)', 7, 'pg_catalog.pg_sleep'],
    ['select "My Table"', 7, '"My Table"'],
    ['select größe', 7, 'größe'],
    ['select (', 7, '('],
    ['select', 99, 't'],
  ])('%j at %d', (sql, position, expected) => {
    const { start, end } = wordAt(sql, position);
    expect(sql.slice(start, end)).toBe(expected);
  });

  it('is empty in an empty text', () => {
    expect(wordAt('', 0)).toEqual({ start: 0, end: 0 });
  });
});
