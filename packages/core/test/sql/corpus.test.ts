import { beforeAll, describe, expect, test } from 'vitest';
import { maskOf, permissionsOf } from '../../src/policy/index.js';
import { classify, loadParser } from '../../src/sql/index.js';
import { type SqlCase, sqlCorpus } from '../corpus.js';

beforeAll(loadParser);

type Outcome = Omit<SqlCase, 'sql' | 'why'>;

/** The outcome of a text in the corpus's own words. */
function outcome(sql: string): Outcome {
  const result = classify(sql);
  if (!result.ok) return { error: result.rejection.code };
  const { required, statements } = result.classification;
  const walls = statements.flatMap((statement) => statement.wallBreaks.map((wallBreak) => wallBreak.when));
  const refused = walls.includes('always') ? 'always' : walls[0];
  return { required: permissionsOf(required), ...(refused === undefined ? {} : { refused }) };
}

/** How hard each answer is to get past: nothing gets past an error, or past a wall for everybody. */
function height({ refused, error }: Outcome): number {
  if (error !== undefined || refused === 'always') return 2;
  return refused === 'read_only' ? 1 : 0;
}

function isLess(got: Outcome, expected: Outcome): boolean {
  if (got.error !== undefined) return false;
  const missing = maskOf(expected.required ?? []) & ~maskOf(got.required ?? []);
  return missing !== 0 || height(got) < height(expected);
}

/** What people's tools send, and what people ask: here an answer that asks for too much stops somebody's work. */
const isEverydayWork = (name: string) => /^(tools-.*|analytics)\.json$/.test(name);

const everyday = sqlCorpus.filter(({ name }) => isEverydayWork(name)).flatMap(({ cases }) => cases);

describe.each(sqlCorpus.filter(({ name }) => !isEverydayWork(name)))('corpus/sql/$name', ({ cases }) => {
  test.each(cases)('$sql ($why)', ({ sql, why: _, ...expected }) => {
    expect(outcome(sql)).toEqual(expected);
  });
});

describe('precision', () => {
  test('nothing in the corpus is classified as less than it is', () => {
    const less = sqlCorpus
      .flatMap(({ cases }) => cases)
      .map(({ sql, why: _, ...expected }) => ({ sql, expected, got: outcome(sql) }))
      .filter(({ expected, got }) => isLess(got, expected));
    expect(less).toEqual([]);
  });

  test('of everyday work, under 1 % is asked for more than it needs', () => {
    const more = everyday
      .map(({ sql, why: _, ...expected }) => ({ sql, expected, got: outcome(sql) }))
      .filter(({ expected, got }) => JSON.stringify(got) !== JSON.stringify(expected));
    console.info(`over-classified: ${more.length} of ${everyday.length} texts of tools and analytics`, more);
    expect(more.length / everyday.length).toBeLessThan(0.01);
  });
});

describe('the corpus', () => {
  test('has not lost its cases', () => {
    expect(sqlCorpus.flatMap(({ cases }) => cases).length).toBeGreaterThan(1_300);
    expect(everyday.length).toBeGreaterThan(750);
  });

  test('says why in each case, and each text once a file', () => {
    for (const { name, cases } of sqlCorpus) {
      expect(new Set(cases.map(({ sql }) => sql)).size, name).toBe(cases.length);
      expect(
        cases.filter(({ why }) => why.trim() === ''),
        name,
      ).toEqual([]);
    }
  });
});
