import { beforeAll, describe, expect, test } from 'vitest';
import type { Classification } from '../../src/sql/index.js';
import { classify, INLINE_PARSE_BYTES, loadParser, MAX_SQL_BYTES } from '../../src/sql/index.js';

beforeAll(loadParser);

function understood(sql: string): Classification {
  const result = classify(sql);
  if (!result.ok) throw new Error(`${result.rejection.code}: ${result.rejection.message}`);
  return result.classification;
}

function rejected(sql: string) {
  const result = classify(sql);
  if (result.ok) throw new Error('was understood');
  return result.rejection;
}

describe('what a statement names', () => {
  test('relations as written, without the names of WITH queries', () => {
    const sql = 'WITH recent AS (SELECT * FROM shop.orders) SELECT * FROM recent JOIN customers USING (id)';
    expect(understood(sql).statements[0]?.relations).toEqual(['shop.orders', 'customers']);
  });

  test('functions as written, each once, in the order of the text', () => {
    const sql = 'SELECT lower(a), pg_catalog.now(), lower(b) FROM shop.f(upper(c))';
    expect(understood(sql).statements[0]?.functions).toEqual(['lower', 'pg_catalog.now', 'shop.f', 'upper']);
  });

  test('the bodies of what is stored count for audit', () => {
    expect(understood('CREATE VIEW v AS SELECT f() FROM t').statements[0]).toMatchObject({
      relations: ['v', 't'],
      functions: ['f'],
    });
  });
});

describe('places', () => {
  test('each statement has its own part of the text, in UTF-16 units', () => {
    const sql = "  SELECT '𝄞é' ; -- tail\n DELETE FROM t  ;";
    const parts = understood(sql).statements.map(({ start, end }) => sql.slice(start, end));
    expect(parts).toEqual(["SELECT '𝄞é'", 'DELETE FROM t']);
  });

  test('reasons point at the call', () => {
    const sql = "SELECT 'é𝄞', pg_terminate_backend(1)";
    const reason = understood(sql).statements[0]?.requirements.find(
      ({ permission }) => permission === 'admin',
    );
    expect(sql.slice(reason?.position).startsWith('pg_terminate_backend')).toBe(true);
  });

  test.each([
    ['WITH é AS (SELECT 1) DELETE FROM target', 'is a DELETE'],
    ['WITH é AS (DELETE FROM target RETURNING *) SELECT * FROM é', 'contains a DELETE'],
    ['WITH é AS (UPDATE ONLY target SET a = 1) SELECT 1', 'contains an UPDATE'],
    ['EXPLAIN ANALYZE INSERT INTO target SELECT * FROM s', 'contains an INSERT'],
    ['MERGE INTO target USING s ON true WHEN MATCHED THEN DELETE', 'is a MERGE'],
  ])('changing rows is shown at the table that it changes: %s', (sql, what) => {
    const reason = understood(sql).statements[0]?.requirements.find((one) => one.what === what);
    expect(sql.slice(reason?.position).startsWith('target')).toBe(true);
  });

  test('a syntax error points at the character', () => {
    const sql = "SELECT 'é𝄞' FORM t x";
    const { code, message, position } = rejected(sql);
    expect(code).toBe('sql.syntax');
    expect(message).toBe('syntax error at or near "t"');
    expect(sql.slice(position)).toBe('t x');
  });

  test.each([
    ['DROP OPERATOR === (int)', 'Use NONE to denote the missing argument of a unary operator.'],
    ['SELECT 1 LIMIT 1, 2', 'Use separate LIMIT and OFFSET clauses.'],
    ['CREATE POLICY p ON t AS ugly', 'Only PERMISSIVE or RESTRICTIVE policies are supported currently.'],
    ["SELECT U&'\\061'", 'Unicode escapes must be \\XXXX or \\+XXXXXX.'],
    ["SELECT E'\\u061'", 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.'],
    ['SELECT FROM WHERE', undefined],
  ])('a syntax error comes with the hint that the server gives: %s', (sql, hint) => {
    expect(rejected(sql).fix).toBe(hint);
  });
});

describe('reasons', () => {
  test('say what the statement does, after its number', () => {
    const { statements } = understood(
      'SELECT 1; WITH d AS (DELETE FROM t RETURNING *) SELECT nextval($1) FROM d',
    );
    const reasons = statements[1]?.requirements.toSorted((a, b) => a.what.localeCompare(b.what));
    expect(reasons).toEqual([
      { permission: 'write', statement: 2, what: 'calls nextval', position: expect.any(Number) },
      { permission: 'write', statement: 2, what: 'contains a DELETE', position: expect.any(Number) },
      { permission: 'read', statement: 2, what: 'is a SELECT' },
      { permission: 'read', statement: 2, what: 'returns data (RETURNING)' },
    ]);
  });

  test('each is given once', () => {
    const { statements } = understood("SELECT nextval('a'), nextval('b'), nextval('c')");
    expect(statements[0]?.requirements.map(({ what }) => what)).toEqual(['is a SELECT', 'calls nextval']);
  });
});

describe('hostile texts end in a typed rejection', () => {
  test('longer than the cap', () => {
    expect(rejected(`SELECT '${'x'.repeat(MAX_SQL_BYTES)}'`).code).toBe('sql.too_large');
    expect(rejected(`SELECT '${'€'.repeat(MAX_SQL_BYTES / 3)}'`).code).toBe('sql.too_large');
  });

  test('at the cap', () => {
    expect(understood(`SELECT '${'x'.repeat(MAX_SQL_BYTES - 9)}'`).statements).toHaveLength(1);
  });

  test('50,000 parentheses, 3,000 sub-selects', () => {
    expect(rejected(`SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)}`).code).toBe('sql.too_complex');
    expect(rejected(`SELECT ${'(SELECT '.repeat(3_000)}1${')'.repeat(3_000)}`).code).toBe('sql.too_complex');
  });

  /** Whatever fits the inline limit must neither overflow the stack nor stay undecided. */
  test.each([
    ['1+', '1'],
    ['-', '1'],
    ['+', 'a'],
    ['-+', 'a'],
    ['NOT ', 'true'],
    ['(', ')'],
    ['a.', 'b'],
    ['(SELECT ', ')'],
    ['CASE WHEN 1=1 THEN ', ' 1'],
    ['ARRAY[', ']'],
    ['f(', ')'],
    ['1 UNION SELECT ', '1'],
    ['a AND (b OR ', ')'],
  ])('%s repeated up to the inline limit', (piece, end) => {
    const times = Math.floor((INLINE_PARSE_BYTES - 20) / (piece.length + end.length));
    const sql = `SELECT ${piece.repeat(times)}1${end.repeat(times)}`;
    const chained = `SELECT ${piece.repeat(Math.floor((INLINE_PARSE_BYTES - 20) / piece.length))}1`;
    // Often: each overflow would bring the parser nearer to its end.
    for (let i = 0; i < 40; i++) {
      for (const text of [sql, chained]) {
        const result = classify(text);
        if (!result.ok) expect(result.rejection.code).toBe('sql.syntax');
      }
    }
    expect(understood('SELECT 1').required).toBe(1);
  });

  test('texts in texts in texts come to an end, which is admin', () => {
    let sql = 'SELECT 1';
    for (let depth = 0; depth < 200; depth++)
      sql = `SELECT query_to_xml($t${depth}$${sql}$t${depth}$, true, false, '')`;
    const needed = understood(sql).statements[0]?.requirements.map(({ permission }) => permission);
    expect(needed).toContain('admin');
  });

  test('a NUL and half a character, with their places', () => {
    expect(rejected('SELECT 1\0; DROP TABLE t')).toMatchObject({ code: 'sql.invalid_text', position: 8 });
    expect(rejected("SELECT '\udc00'")).toMatchObject({ code: 'sql.invalid_text', position: 8 });
    expect(rejected("SELECT '\ud800x'")).toMatchObject({ code: 'sql.invalid_text', position: 8 });
  });

  test('comments alone and nothing are texts without statements', () => {
    for (const sql of ['', '   ', ';;', '-- x', '/* x */ ; -- y']) {
      expect(understood(sql)).toEqual({ statements: [], required: 0 });
    }
  });
});
