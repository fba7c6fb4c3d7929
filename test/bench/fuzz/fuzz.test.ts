import { loadParser } from '@postern/core/sql';
import { expect, test } from 'vitest';
import { caseAt } from './mutate.js';
import { demandsOf } from './oracle.js';
import { corpusTexts, run } from './run.js';

test('20,000 mutated statements hold every invariant', async () => {
  await loadParser();
  const { findings, outcomes, kinds } = await run(7, 0, 20_000);
  expect(findings).toEqual([]);
  expect(outcomes.understood).toBeGreaterThan(4_000);
  expect(outcomes['sql.syntax']).toBeGreaterThan(1_000);
  expect(outcomes['sql.invalid_text']).toBeGreaterThan(10);
  expect(kinds.length).toBeGreaterThan(40);
});

test('a case depends on seed and index alone', () => {
  const corpus = corpusTexts();
  expect(caseAt(3, 17, corpus)).toBe(caseAt(3, 17, corpus));
  expect(new Set(Array.from({ length: 200 }, (_, i) => caseAt(3, i, corpus))).size).toBeGreaterThan(150);
});

test('the second opinion sees what a plain list would miss', () => {
  const call = { FuncCall: { funcname: [{ String: { sval: 'nextval' } }] } };
  expect(demandsOf({ SelectStmt: { nobodyListedThis: [{ deep: call }] } })).toContain(2);
  expect(demandsOf({ SelectStmt: { withClause: { ctes: [{ DeleteStmt: {} }] } } })).toContain(2);
});
