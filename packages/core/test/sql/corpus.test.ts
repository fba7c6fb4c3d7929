import { beforeAll, describe, expect, test } from 'vitest';
import { permissionsOf } from '../../src/policy/index.js';
import { classify, loadParser } from '../../src/sql/index.js';
import { type SqlCase, sqlCorpus } from '../corpus.js';

beforeAll(loadParser);

/** The outcome of a text in the corpus's own words. */
function outcome(sql: string): Omit<SqlCase, 'sql' | 'why'> {
  const result = classify(sql);
  if (!result.ok) return { error: result.rejection.code };
  const { required, statements } = result.classification;
  const walls = statements.flatMap((statement) => statement.wallBreaks.map((wallBreak) => wallBreak.when));
  const refused = walls.includes('always') ? 'always' : walls[0];
  return { required: permissionsOf(required), ...(refused === undefined ? {} : { refused }) };
}

describe.each(sqlCorpus)('corpus/sql/$name', ({ cases }) => {
  test.each(cases)('$sql ($why)', ({ sql, why: _, ...expected }) => {
    expect(outcome(sql)).toEqual(expected);
  });
});

test('the corpus has not lost its cases', () => {
  expect(sqlCorpus.flatMap((file) => file.cases).length).toBeGreaterThan(400);
});
