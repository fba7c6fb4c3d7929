import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currentAccess, desiredAccess } from '../../src/roles/access-graph.js';
import { formatAccess } from '../../src/roles/format-access.js';
import { loadManifest } from '../../src/roles/load.js';
import { found } from './random-graph.js';

const desired = (text: string) => {
  const loaded = loadManifest(text, 'm.yaml');
  expect(loaded.problems).toEqual([]);
  if (!loaded.desired) throw new Error('not loaded');
  return loaded.desired;
};

const EXAMPLE = `
roles: [{ name: app, login: true }, { name: readers }]
memberships: [{ role: readers, members: [{ name: app, inherit: false, admin: true }, { name: "someone@else" }] }]
grants:
  - { role: readers, privileges: [SELECT], object: { type: table, schema: s, name: a } }
  - { role: readers, privileges: [SELECT, INSERT], object: { type: table, schema: s, name: b } }
  - { role: readers, privileges: [USAGE], object: { type: schema, name: s } }
  - { role: PUBLIC, ensure: absent, privileges: [CONNECT], object: { type: database, name: d } }
default_privileges:
  - { owner: app, schema: s, grant: [{ role: readers, privileges: [SELECT], on_type: table }] }
  - { owner: app, scope: { type: global }, grant: [{ role: PUBLIC, ensure: absent, privileges: [EXECUTE], on_type: function }] }
`;

describe('graph', () => {
  it('has one target for the objects of a kind in a schema', () => {
    const { nodes, edges } = desiredAccess(desired(EXAMPLE));
    expect(nodes.map(({ id, label }) => [id, label])).toEqual([
      ['default:app:s:table:readers', 'later tables of app in s'],
      ['external:someone@else', 'someone@else'],
      ['grant:schema:s', 's.schema'],
      ['grant:table:s:*', 's.tables[*]'],
      ['role:app', 'app'],
      ['role:readers', 'readers'],
    ]);
    expect(edges.map(({ from, to, label }) => `${from} → ${to}: ${label}`)).toEqual([
      'default:app:s:table:readers → role:readers: SELECT',
      'role:readers → grant:schema:s: USAGE',
      'role:readers → grant:table:s:*: SELECT, INSERT',
      'role:readers → external:someone@else: member',
      'role:readers → role:app: member, NOINHERIT, ADMIN',
    ]);
  });

  it('is drawn as a tree', () => {
    expect(formatAccess(desiredAccess(desired(EXAMPLE)), 'tree')).toBe(`app (LOGIN)
readers (NOLOGIN)
├── Members
│   ├── app (NOINHERIT, ADMIN)
│   └── someone@else
├── Grants
│   ├── s.schema: USAGE
│   └── s.tables[*]: SELECT, INSERT
└── Default Privileges
    └── later tables of app in s: SELECT

External principals
└── someone@else
`);
    expect(formatAccess(desiredAccess(desired('')), 'tree')).toBe('(no roles)\n');
  });

  it('is drawn for dot and mermaid, with names that need quoting', () => {
    const odd = desiredAccess(desired('roles: [{ name: \'a "b" \\ #1\' }]'));
    expect(formatAccess(odd, 'dot')).toBe(
      'digraph postern {\n  rankdir=LR;\n  "role:a \\"b\\" \\\\ #1" [label="a \\"b\\" \\\\ #1", shape=box];\n}\n',
    );
    expect(formatAccess(odd, 'mermaid')).toBe('graph LR\n  n0["a #34;b#34; \\ #35;1"]\n');
    const mermaid = formatAccess(desiredAccess(desired(EXAMPLE)), 'mermaid');
    expect(mermaid).toContain('n5 -->|"member, NOINHERIT, ADMIN"| n4');
    expect(mermaid).toContain('n0 -.->|"SELECT"| n5');
  });

  it('shows a database as its generated manifest, whole or some roles', () => {
    fc.assert(
      fc.property(found(16), ({ graph, facts }) => {
        const whole = currentAccess(graph, facts);
        const ids = new Set(whole.nodes.map(({ id }) => id));
        expect(whole.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
        const some = currentAccess(graph, facts, new Set(['amy']));
        expect(some.nodes.filter(({ kind }) => kind === 'role').map(({ id }) => id)).toEqual(['role:amy']);
        expect(JSON.parse(formatAccess(some, 'json'))).toEqual(JSON.parse(JSON.stringify(some)));
      }),
      { numRuns: 30 },
    );
  });
});
