import { classify, INLINE_PARSE_BYTES, loadParser, MAX_SQL_BYTES } from '@postern/core/sql';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Classifier } from '../src/session/classifier.js';
import { PARSE_WORKER } from './fixture.js';

const repeated = (open: string, middle: string, close: string, times: number) =>
  `SELECT ${open.repeat(times)}${middle}${close.repeat(times)}`;
/** Longer than what is parsed on the main thread. */
const padded = (sql: string) => `/*${' '.repeat(INLINE_PARSE_BYTES)}*/ ${sql}`;

/** Texts made to break the parser, and what each may end in. `understood` when it only looks frightening. */
const HOSTILE: readonly [what: string, sql: () => string, outcomes: readonly string[]][] = [
  ['10 MB of a literal', () => `SELECT '${'x'.repeat(10_000_000)}'`, ['sql.too_large']],
  ['10 MB of statements', () => 'SELECT 1;'.repeat(1_111_112), ['sql.too_large']],
  ['10 MB of NULs', () => '\0'.repeat(10_000_000), ['sql.too_large']],
  ['one byte more than allowed', () => ' '.repeat(MAX_SQL_BYTES + 1), ['sql.too_large']],
  ['50,000 parentheses', () => repeated('(', '1', ')', 50_000), ['sql.too_complex']],
  [
    '50,000 parentheses never closed',
    () => repeated('(', '1', '', 50_000),
    ['sql.too_complex', 'sql.syntax'],
  ],
  ['3,000 sub-selects', () => repeated('(SELECT ', '1', ')', 3_000), ['understood', 'sql.too_complex']],
  ['200,000 operators', () => `SELECT 1${'+1'.repeat(200_000)}`, ['understood', 'sql.too_complex']],
  ['200,000 comparisons', () => `SELECT a ${'= a '.repeat(100_000)}`, ['sql.syntax', 'sql.too_complex']],
  ['100,000 ORs', () => `SELECT true${' OR true'.repeat(100_000)}`, ['understood', 'sql.too_complex']],
  ['100,000 NOTs', () => `SELECT ${'NOT '.repeat(100_000)}true`, ['understood', 'sql.too_complex']],
  ['400,000 minus signs', () => `SELECT ${'- '.repeat(400_000)}1`, ['understood', 'sql.too_complex']],
  ['20,000 UNIONs', () => `SELECT 1${' UNION SELECT 1'.repeat(20_000)}`, ['understood', 'sql.too_complex']],
  ['20,000 arrays', () => repeated('ARRAY[', '1', ']', 20_000), ['sql.too_complex']],
  ['20,000 calls', () => repeated('lower(', '1', ')', 20_000), ['sql.too_complex']],
  ['20,000 CASEs', () => repeated('CASE WHEN true THEN ', '1', ' END', 20_000), ['sql.too_complex']],
  ['40,000 casts', () => `SELECT 1${'::int'.repeat(40_000)}`, ['understood', 'sql.too_complex']],
  ['100,000 subscripts', () => `SELECT a${'[1]'.repeat(100_000)}`, ['understood', 'sql.too_complex']],
  [
    '10,000 joins',
    () => `SELECT 1 FROM t${' CROSS JOIN t'.repeat(10_000)}`,
    ['understood', 'sql.too_complex'],
  ],
  ['100,000 statements', () => 'SELECT 1;'.repeat(100_000), ['understood']],
  ['100,000 columns', () => `SELECT ${'a,'.repeat(100_000)}a`, ['understood']],
  ['a literal never closed', () => padded("SELECT 'abc"), ['sql.syntax']],
  ['an identifier never closed', () => padded('SELECT "abc'), ['sql.syntax']],
  ['a dollar quote never closed', () => padded('SELECT $a$ abc $b$'), ['sql.syntax']],
  ['a comment never closed', () => `${'/* '.repeat(100_000)}SELECT 1`, ['sql.syntax', 'sql.too_complex']],
  ['comments in comments', () => `${'/*'.repeat(5_000)}${'*/'.repeat(5_000)} SELECT 1`, ['understood']],
  ['a NUL in a long text', () => padded('SELECT 1\0; DROP TABLE t'), ['sql.invalid_text']],
  ['half a character in a long text', () => padded("SELECT '\udc00'"), ['sql.invalid_text']],
  ['a bad escape', () => padded("SELECT U&'\\d800'"), ['sql.syntax']],
  ['half a character by escape', () => padded("SELECT E'\\ud83d'"), ['sql.syntax']],
  ['an identifier of 500,000 characters', () => `SELECT ${'é'.repeat(250_000)}`, ['understood']],
  ['a number of 500,000 digits', () => `SELECT ${'9'.repeat(500_000)}`, ['understood']],
];

describe('the agent’s classifier outlives hostile texts', () => {
  let classifier: Classifier;
  beforeAll(loadParser);
  beforeEach(() => {
    classifier ??= new Classifier(PARSE_WORKER);
  });
  afterAll(() => classifier.stop());

  /** As before: on the main thread and on the other, a statement that is refused and one that is not. */
  const stillWorks = async () => {
    for (const sql of ['SELECT 1; DELETE FROM t', padded('SELECT 1; DELETE FROM t')]) {
      // Another text each time, so that it is no answer from the cache.
      const text = `${sql} /* ${Math.random()} */`;
      expect(await classifier.classify(text)).toMatchObject({ ok: true, classification: { required: 3 } });
    }
  };

  it.each(HOSTILE)('%s', async (_what, sql, outcomes) => {
    const result = await classifier.classify(sql());
    expect(outcomes).toContain(result.ok ? 'understood' : result.rejection.code);
    await stillWorks();
  });

  it('a text that would take minutes is given up, and nobody else waits for it', async () => {
    // The grammar's scanner reads what is left of such a run again for each comment in it.
    const slow = classifier.classify(`${'/*'.repeat(200_000)}${'*/'.repeat(200_000)} SELECT 1`);
    let isDone = false;
    void slow.then(() => {
      isDone = true;
    });
    expect(await classifier.classify('DELETE FROM meanwhile')).toMatchObject({ ok: true });
    expect(isDone).toBe(false);
    expect(await slow).toMatchObject({ ok: false, rejection: { code: 'sql.too_complex' } });
    await stillWorks();
  });

  it('many at once, and ordinary ones between them', async () => {
    const texts = Array.from({ length: 40 }, (_, i) =>
      i % 4 === 0 ? `${repeated('(', '1', ')', 50_000)} -- ${i}` : padded(`SELECT ${i}`),
    );
    const results = await Promise.all(texts.map((text) => classifier.classify(text)));
    expect(results.map(({ ok }) => ok)).toEqual(texts.map((_, i) => i % 4 !== 0));
    await stillWorks();
  });

  it('short ones on the main thread, more often than its parser would survive overflows', async () => {
    for (let i = 0; i < 35; i++) {
      for (const [open, close] of [
        ['(', ')'],
        ['(SELECT ', ')'],
        ['1+', ''],
        ['-+', ''],
        ['+', ''],
        ['NOT ', ''],
        ['f(', ')'],
      ] as const) {
        const times = Math.floor((INLINE_PARSE_BYTES - 30) / (open.length + close.length));
        const result = await classifier.classify(`${repeated(open, '1', close, times)} -- ${i}`);
        expect(result.ok).toBe(true);
      }
    }
    await stillWorks();
  });

  it('answers long texts as core does', async () => {
    const sql = padded("WITH d AS (DELETE FROM t RETURNING *) SELECT nextval('é𝄞') FROM d; SET ROLE x");
    expect(await classifier.classify(sql)).toEqual(classify(sql));
  });
});
