import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Loaded, loadBundle, loadManifest, type SourceText } from '../../src/roles/index.js';
import { type RoleCase, roleCorpus, rows } from './corpus.js';

const loaded = ({ manifest = '', files }: RoleCase): Loaded => {
  if (!files) return loadManifest(manifest, 'm.yaml');
  const sources = new Map<string, SourceText>(
    ['a.yaml', 'b.yaml'].map((name) => [name, { error: 'no such file' }]),
  );
  for (const [name, text] of Object.entries(files)) sources.set(name, { text });
  return loadBundle(files['bundle.yaml'] ?? '', 'bundle.yaml', sources);
};

const isOfServer = (problem: string) => problem.startsWith('server.');

describe.each(roleCorpus)('corpus/roles/$file', ({ cases }) => {
  it.each(cases)('$name', (testCase) => {
    const { problems, warnings } = loaded(testCase);
    const found = problems.map(({ code, path }) => `${code} ${path}`).sort();
    expect(found).toEqual((testCase.problems ?? []).filter((problem) => !isOfServer(problem)).sort());
    if (testCase.warnings !== undefined) expect(warnings).toHaveLength(testCase.warnings);
    const texts = problems.map(({ message, fix }) => `${message} ${fix}`).join('\n');
    for (const part of testCase.says ?? []) expect(texts).toContain(part);
    for (const part of testCase.silent ?? []) expect(texts).not.toContain(part);
  });
});

describe('what the corpus covers', () => {
  const cases = roleCorpus.flatMap(({ file, cases: of }) => of.map((each) => ({ file, ...each })));
  const covered = new Set(cases.flatMap(({ covers }) => covers));

  it('is every row of the requirements, by a case, another test or a reason', () => {
    const open = rows.filter(({ id, test, not }) => !covered.has(id) && !test && !not);
    expect(open).toEqual([]);
    const known = new Set(rows.map(({ id }) => id));
    expect([...covered].filter((id) => !known.has(id))).toEqual([]);
  });

  it('has names that are used once', () => {
    const names = cases.map(({ file, name }) => `${file} ${name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(cases.length).toBeGreaterThanOrEqual(100);
  });

  it.each(rows.flatMap(({ id, test }) => (test ? [{ id, test }] : [])))('$id: $test exists', ({ test }) => {
    const [file = '', name = ''] = test.split(' › ');
    const text = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
    expect(text).toContain(name);
  });
});
