import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sqlCorpus } from '../corpus.js';

const document = readFileSync(new URL('../../../../docs/permissions.md', import.meta.url), 'utf8');
const cases = new Map(sqlCorpus.flatMap((file) => file.cases).map((testCase) => [testCase.sql, testCase]));
const refusals = { always: '; refused for everybody', read_only: '; refused in a read-only session' };

/** `| hole | statement | closed by |`, in the section about READ ONLY. */
const rows = [...document.matchAll(/^\|[^|\n]*\| `([^`\n]+)` \| ([^|\n]+) \|$/gm)];

test('every hole of READ ONLY in docs/permissions.md is in the corpus, which says the same', () => {
  expect(rows.length).toBeGreaterThan(90);
  for (const [, sql = '', closedBy] of rows) {
    const { required = [], refused } = cases.get(sql) ?? {};
    const fromCorpus = required.join(', ') + (refused === undefined ? '' : refusals[refused]);
    expect({ sql, closedBy }).toEqual({ sql, closedBy: fromCorpus });
  }
});

test('none of them is left to somebody who may only read, explain and export', () => {
  const harmless = new Set(['read', 'explain', 'export']);
  for (const [, sql = ''] of rows) {
    const { required = [], refused } = cases.get(sql) ?? {};
    const isClosed = refused !== undefined || required.some((permission) => !harmless.has(permission));
    expect({ sql, isClosed }).toEqual({ sql, isClosed: true });
  }
});
