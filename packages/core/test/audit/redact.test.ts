import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  auditStatement,
  auditStatementOf,
  KEEP_ALL,
  redactSecrets,
  STATEMENT_TEXT_CAP,
  trimmed,
} from '../../src/audit/index.js';
import { sqlCorpus } from '../corpus.js';

describe('secrets are blanked out', () => {
  test.each([
    "CREATE ROLE bob PASSWORD 'hunter2'",
    "ALTER USER bob WITH ENCRYPTED PASSWORD 'hunter2' VALID UNTIL 'infinity'",
    "ALTER ROLE bob pAsSwOrD\n  -- the new one\n  /* really */ 'hunter2'",
    "ALTER ROLE bob PASSWORD E'hun\\ter2\\'hunter2'",
    "ALTER ROLE bob PASSWORD U&'hunter2'",
    'ALTER ROLE bob PASSWORD $$hunter2$$',
    'ALTER ROLE bob PASSWORD $x$hunter2$x$',
    "ALTER ROLE bob PASSWORD 'safe'\n'hunter2'",
    "ALTER ROLE bob PASSWORD 'it''s hunter2'",
    "ALTER ROLE bob PASSWORD 'hunter2",
    "CREATE USER MAPPING FOR bob SERVER s OPTIONS (user 'bob', password 'hunter2')",
    'ALTER USER MAPPING FOR bob SERVER s OPTIONS (SET "password" \'hunter2\')',
    "ALTER SERVER s OPTIONS (ADD api_key 'hunter2', sslpassword 'hunter2')",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h user=u password=hunter2' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'host=h password = ''hunter2''' PUBLICATION p",
    "CREATE SUBSCRIPTION s CONNECTION 'postgresql://bob:hunter2@h/d' PUBLICATION p",
    "SELECT dblink_connect('dbname=x password=hunter2')",
    "SELECT dblink('postgres://bob:hunter2@h/d', 'select 1')",
    "SELECT dblink($$host=h password=hunter2$$, 'select 1')",
    "DO $$ BEGIN ALTER ROLE bob PASSWORD 'hunter2'; END $$",
    "DO $$ BEGIN EXECUTE 'ALTER ROLE bob PASSWORD ''hunter2'''; END $$",
    "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'ALTER ROLE bob PASSWORD ''hunter2'''",
    "SELECT query_to_xml('ALTER ROLE bob PASSWORD $x$hunter2$x$', true, false, '')",
    "SET my.secret = 'hunter2'",
    "SELECT 1; ALTER ROLE bob PASSWORD 'hunter2'; SELEC nonsense",
  ])('%s', (sql) => {
    expect(redactSecrets(sql)).not.toContain('hunter2');
    expect(redactSecrets(sql)).toContain('***');
  });

  test('and nothing around them', () => {
    expect(redactSecrets("CREATE ROLE bob PASSWORD 'x' VALID UNTIL 'infinity' -- for bob")).toBe(
      "CREATE ROLE bob PASSWORD '***' VALID UNTIL 'infinity' -- for bob",
    );
  });

  test.each([
    "SELECT * FROM users WHERE name = 'password' AND note = 'it''s fine'",
    "SELECT password_changed_at, 'x' FROM users",
    'SELECT $$ body with \'quotes\' $$, $1, a$b, "pass word"',
    "SELECT 'https://example.com/a:b', 'user@example.com'",
    'ALTER ROLE bob PASSWORD NULL',
  ])('harmless: %s', (sql) => {
    expect(redactSecrets(sql)).toBe(sql);
  });

  test('in the corpus, only texts that speak of secrets change', () => {
    for (const { sql } of sqlCorpus.flatMap((file) => file.cases)) {
      if (redactSecrets(sql) !== sql) expect(sql).toMatch(/password|sha512|md5|digest|PROGRAM/i);
    }
  });

  test('no text makes it fail, and what it gives it would give again', () => {
    const scrap = fc.constantFrom(
      "'",
      '"',
      '$$',
      '$a$',
      "E'",
      '\\',
      '--',
      '/*',
      '*/',
      'PASSWORD ',
      '=',
      '\n',
      'x',
      '𝄞',
      "''",
    );
    fc.assert(
      fc.property(fc.array(scrap, { maxLength: 40 }), (scraps) => {
        const once = redactSecrets(scraps.join(''));
        expect(typeof once).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  test('a megabyte of quotes is done with', () => {
    for (const piece of ["''", "'", '$$', '"', '/*', "E'\\", 'x']) {
      expect(redactSecrets(`SELECT '${piece.repeat(1_000_000 / piece.length)}`).length).toBeGreaterThan(0);
    }
  });
});

describe('auditStatementOf', () => {
  test('keeps a short text whole, with the length and hash of what it keeps', () => {
    const kept = "ALTER ROLE bob PASSWORD '***' -- é";
    expect(auditStatementOf("ALTER ROLE bob PASSWORD 'hunter2' -- é", ['ALTER ROLE'])).toEqual({
      text: kept,
      bytes: Buffer.byteLength(kept),
      sha256: createHash('sha256').update(kept).digest('hex'),
      truncated: false,
      kinds: ['ALTER ROLE'],
      redacted: ['secrets'],
    });
  });

  test.each(['x', 'é', '€', '𝄞'])(
    'cuts the middle of a long text of %s between two characters',
    (character) => {
      const sql = `SELECT '${character.repeat(STATEMENT_TEXT_CAP)}' AS the_end`;
      const statement = auditStatementOf(sql, ['SELECT']);
      expect(statement.truncated).toBe(true);
      expect(statement.bytes).toBe(Buffer.byteLength(sql));
      expect(statement.sha256).toBe(createHash('sha256').update(sql).digest('hex'));
      const size = Buffer.byteLength(statement.text);
      expect(size).toBeLessThanOrEqual(STATEMENT_TEXT_CAP);
      expect(size).toBeGreaterThan(STATEMENT_TEXT_CAP - 40);
      const [, head, cut, tail] = /^(.*)\n\[… (\d+) bytes cut …\]\n(.*)$/su.exec(statement.text) ?? [];
      expect(sql.startsWith(head ?? 'none')).toBe(true);
      expect(sql.endsWith(tail ?? 'none')).toBe(true);
      expect(tail).toContain('AS the_end');
      expect(Buffer.byteLength(`${head}${tail}`) + Number(cut)).toBe(statement.bytes);
      expect(auditStatement.parse(statement)).toEqual(statement);
    },
  );

  test('what is trimmed is never longer than asked for, and never half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 64, max: 400 }),
        (text, cap) => {
          const kept = trimmed(text, cap);
          expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(cap);
          expect(kept).not.toMatch(/\p{Surrogate}/u);
          if (Buffer.byteLength(text) <= cap) expect(kept).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('a secret beyond the cut does not matter, one before it is gone', () => {
    const sql = `ALTER ROLE bob PASSWORD 'hunter2' /* ${'x'.repeat(STATEMENT_TEXT_CAP)} */`;
    expect(auditStatementOf(sql, []).text).not.toContain('hunter2');
  });

  test('no text at all where only the fingerprint is kept', () => {
    const keep = { ...KEEP_ALL, text: 'fingerprint' as const };
    const one = auditStatementOf('SELECT 1', ['SELECT'], keep, { literals: [], fingerprint: '18:a' });
    const two = auditStatementOf('SELECT 2', ['SELECT'], keep, { literals: [], fingerprint: '18:a' });
    expect(one).toEqual(two);
    expect(one).toMatchObject({ text: '', fingerprint: '18:a', redacted: ['literals', 'text'] });
  });
});
