import { jsonSchema } from '@postern/core/roles';
import { describe, expect, it } from 'vitest';
import { around, place } from '../src/features/roles/graph-layout.js';
import { asTree, checkManifest } from '../src/features/roles/manifest-check.js';
import { contextAt, namesAt, type Schema, suggestionsAt } from '../src/features/roles/manifest-context.js';
import { groupChanges } from '../src/features/roles/states.js';

/** Where the cursor is: `|` in the text. */
function at(marked: string) {
  const cursor = marked.indexOf('|');
  return contextAt(marked.replace('|', ''), cursor);
}
const schema = JSON.parse(jsonSchema('manifest')) as Schema;
const offered = (marked: string): string[] => {
  const context = at(marked);
  return context ? suggestionsAt(schema, context).map(({ label }) => label) : [];
};

describe('where a cursor is in a manifest', () => {
  it.each([
    ['|', [], 'key'],
    ['ro|', [], 'key'],
    ['roles:\n  - |', ['roles', '*'], 'key'],
    ['roles:\n- na|', ['roles', '*'], 'key'],
    ['roles:\n  - name: a\n    |', ['roles', '*'], 'key'],
    ['roles:\n  - name: a\n    login: t|', ['roles', '*', 'login'], 'value'],
    ['roles:\n  - name: a\n|', [], 'key'],
    ['roles:\n- name: a\nsch|', [], 'key'],
    [
      'profiles:\n  writer:\n    grants:\n      - privileges: [SELECT, IN|',
      ['profiles', 'writer', 'grants', '*', 'privileges', '*'],
      'value',
    ],
    [
      'profiles:\n  w:\n    grants:\n      - object: { ty|',
      ['profiles', 'w', 'grants', '*', 'object'],
      'key',
    ],
    ['grants:\n  - object: { type: ta|', ['grants', '*', 'object', 'type'], 'value'],
    ['grants:\n  - object: { type: table, sc|', ['grants', '*', 'object'], 'key'],
    [
      'memberships:\n  - role: a\n    members: [{ name: b|',
      ['memberships', '*', 'members', '*', 'name'],
      'value',
    ],
    ['grants:\n  - privileges:\n      - SEL|', ['grants', '*', 'privileges', '*'], 'key'],
  ])('%j', (marked, path, wants) => {
    expect(at(marked)).toMatchObject({ path, wants });
  });

  it('is nowhere in a comment', () => {
    expect(at('# ro|')).toBeNull();
    expect(at('roles: [] # ro|')).toBeNull();
  });
});

describe('what is suggested', () => {
  it('follows the schema', () => {
    expect(offered('|')).toEqual(expect.arrayContaining(['roles', 'profiles', 'grants', 'memberships']));
    expect(offered('roles:\n  - |')).toEqual(expect.arrayContaining(['name', 'login', 'createdb']));
    expect(offered('roles:\n  - |')).not.toContain('memberships');
    expect(offered('roles:\n  - name: a\n    login: |')).toEqual(['true', 'false']);
    expect(offered('grants:\n  - object: { type: |')).toEqual(expect.arrayContaining(['table', 'schema']));
    expect(offered('grants:\n  - privileges: [|')).toEqual(expect.arrayContaining(['SELECT', 'USAGE']));
    expect(offered('grants:\n  - privileges:\n      - |')).toEqual(expect.arrayContaining(['SELECT']));
  });

  it('knows the names of the manifest', () => {
    const known = { roles: ['app'], profiles: ['writer'] };
    const names = (marked: string) => {
      const context = at(marked);
      return context ? namesAt(context, known) : [];
    };
    expect(names('schemas:\n  - profiles: [|')).toEqual(['writer']);
    expect(names('grants:\n  - role: |')).toEqual(['app']);
    expect(names('memberships:\n  - members: [{ name: |')).toEqual(['app']);
    expect(names('roles:\n  - name: |')).toEqual([]);
  });
});

const MANIFEST = `
profiles:
  reader:
    grants:
      - privileges: [USAGE]
        object: { type: schema }
schemas:
  - { name: shop, profiles: [reader] }
  - { name: books, profiles: [reader] }
roles:
  - { name: ann, login: true }
memberships:
  - { role: shop-reader, members: [{ name: ann }] }
`;

describe('a manifest in the browser', () => {
  it('is expanded', () => {
    const { access, counts, problems, roles } = checkManifest(MANIFEST);
    expect(problems).toEqual([]);
    expect(counts).toMatchObject({ roles: 3, memberships: 1 });
    expect(roles).toEqual(expect.arrayContaining(['shop-reader', 'books-reader', 'ann']));
    expect(access && asTree(access)).toContain('shop.schema: USAGE');
  });

  it('is told what is wrong with it, with places', () => {
    const { access, problems } = checkManifest('roels: []\n');
    expect(access).toBeNull();
    expect(problems[0]).toMatchObject({ line: 1, column: 1, message: expect.stringContaining('roels') });
  });

  it('is drawn: everything has a place, members before their groups', () => {
    const { access } = checkManifest(MANIFEST);
    if (!access) throw new Error('no access');
    const { nodes, edges, width } = place(access);
    expect(nodes).toHaveLength(access.nodes.length);
    expect(edges.every(({ path }) => path.startsWith('M'))).toBe(true);
    const x = (id: string) => nodes.find((node) => node.id === id)?.x ?? Number.NaN;
    expect(x('role:ann')).toBeLessThan(x('role:shop-reader'));
    expect(x('role:shop-reader')).toBeLessThan(width);
    const own = around(access, 'role:ann').nodes.map(({ id }) => id);
    expect(own).toContain('role:shop-reader');
    expect(own).not.toContain('role:books-reader');
  });
});

it('changes are grouped, with what takes something away first', () => {
  const change = (category: string, destructive: boolean, kind: string) => ({ category, destructive, kind });
  const groups = groupChanges([
    change('grant', false, 'grant'),
    change('other', false, 'unknown'),
    change('grant', true, 'revoke'),
    change('role', false, 'create_role'),
  ]);
  expect(groups.map(({ category }) => category)).toEqual(['role', 'grant', 'other']);
  expect(groups[1]).toMatchObject({ destructive: 1, changes: [{ kind: 'revoke' }, { kind: 'grant' }] });
});
