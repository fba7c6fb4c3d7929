import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const generated = readFileSync(new URL('../../src/sql/generated/builtins.ts', import.meta.url), 'utf8');

it('knows the built-ins of every supported version of PostgreSQL', () => {
  const [header = ''] = generated.split('\n');
  const [, versions = ''] = /from PostgreSQL ([\d., ]+\d)\./.exec(header) ?? [];
  expect(versions.split(', ').map((version) => version.split('.')[0])).toEqual([
    '14',
    '15',
    '16',
    '17',
    '18',
  ]);
});

it('has each function in one list only', () => {
  const lists = [...generated.matchAll(/export const (\w+)_FUNCTIONS = String\.raw`([^`]*)`/g)];
  const names = lists
    .filter(([, list]) => list !== 'PLAN_TIME')
    .flatMap(([, , text = '']) => text.trim().split(/\s+/));
  expect(names.length).toBeGreaterThan(2_000);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
