import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadBundle } from '../../src/roles/bundle.js';
import { loadManifest } from '../../src/roles/load.js';

const WORDS = [
  'roles',
  'schemas',
  'grants',
  'profiles',
  'memberships',
  'default_privileges',
  'retirements',
  'row_security',
  'name',
  'role',
  'object',
  'type',
  'table',
  'privileges',
  'SELECT',
  'members',
  'login',
  'true',
  'null',
  '1',
  '*',
  '&a',
  '*a',
  '<<',
  '!!binary',
  '!x',
  '"',
  "'",
  '[',
  ']',
  '{',
  '}',
  ':',
  ': ',
  ',',
  '- ',
  '\n',
  '\n  ',
  '\n    ',
  '#',
  '|',
  '>',
  '%YAML 1.1',
  '---',
  '...',
  '?',
  '\t',
  '\0',
  '\ufeff',
  '😀',
  '__proto__',
  'constructor',
  'spec',
  'apiVersion',
];
const text = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 60 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json({ maxDepth: 6 }),
);

const isGood = ({ problems, desired }: ReturnType<typeof loadManifest>): void => {
  expect(problems.length > 0).toBe(desired === undefined);
  for (const { line, column, message, fix } of problems) {
    expect(line).toBeGreaterThan(0);
    expect(column).toBeGreaterThan(0);
    expect(message).not.toBe('');
    expect(fix).not.toBe('');
  }
};

it('any text is a manifest or has problems, and never an exception', () => {
  fc.assert(
    fc.property(text, (each) => isGood(loadManifest(each, 'm.yaml'))),
    { numRuns: 1000 },
  );
});

it('any value in any field is a manifest or has problems', () => {
  const value = fc.oneof(
    fc.constantFrom('a', '*', 'PUBLIC', 'public', 'pg_x', '', '\0', 'f(int)', '(', 'x'.repeat(64)),
    fc.constantFrom(true, 0, -2, 1.5, null, 'table', 'schema', 'function', 'absent'),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const entry = (...keys: string[]) =>
    fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] });
  const object = entry('type', 'schema', 'name', 'columns');
  const grant = fc.record(
    {
      role: value,
      privileges: fc.constant(['SELECT']),
      object: fc.oneof(object, value),
      ensure: fc.constant('present'),
    },
    { requiredKeys: [] },
  );
  const sections = fc.record(
    {
      default_owner: value,
      profiles: fc.dictionary(
        fc.constantFrom('p', '__proto__', 'x y'),
        fc.oneof(fc.constant({ grants: [] }), value),
        { maxKeys: 2 },
      ),
      schemas: fc.array(
        fc.oneof(
          entry('name', 'owner', 'profiles', 'role_pattern'),
          fc.constant({ name: 's', profiles: ['p'] }),
        ),
        { maxLength: 2 },
      ),
      roles: fc.array(entry('name', 'login', 'password', 'password_valid_until', 'config', 'external'), {
        maxLength: 3,
      }),
      grants: fc.array(grant, { maxLength: 3 }),
      memberships: fc.array(
        fc.record({ role: value, members: fc.array(entry('name', 'admin'), { maxLength: 2 }) }),
        { maxLength: 2 },
      ),
      retirements: fc.array(entry('role', 'reassign_owned_to'), { maxLength: 2 }),
      row_security: fc.array(entry('schema', 'table', 'policies'), { maxLength: 2 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(sections, (manifest) => {
      isGood(loadManifest(JSON.stringify(manifest), 'm.json'));
      const root = JSON.stringify({ sources: [{ file: 'a' }, { file: 'b' }] });
      const source = { text: JSON.stringify(manifest) };
      isGood(
        loadBundle(
          root,
          'b.json',
          new Map([
            ['a', source],
            ['b', source],
          ]),
        ),
      );
    }),
    { numRuns: 150 },
  );
});
