import { describe, expect, it } from 'vitest';
import { loadBundle } from '../../src/roles/bundle.js';
import { bundlePlan, outOfScope } from '../../src/roles/bundle-plan.js';
import type { RoleGraph } from '../../src/roles/graph.js';
import { objectKey } from '../../src/roles/graph.js';
import { planRoles } from '../../src/roles/plan.js';
import { maskOf } from '../../src/roles/privileges.js';
import { factsOf } from './random-graph.js';

const ROOT = `
shared: { default_owner: app_owner, profiles: { editor: { grants: [{ privileges: [SELECT], object: { type: table, name: "*" } }] } } }
sources: [{ file: platform.yaml }, { file: app.yaml }]`;
const PLATFORM = `
policy: { name: platform }
scope: { roles: [app_owner, ops], schemas: [{ name: inventory, facets: [owner] }] }
roles: [{ name: app_owner }, { name: ops }]
schemas: [{ name: inventory, owner: app_owner }]
grants: [{ role: ops, privileges: [CONNECT], object: { type: database, name: db } }]`;
const APP = `
policy: { name: app }
scope: { schemas: [{ name: inventory, facets: [bindings] }] }
schemas: [{ name: inventory, profiles: [editor] }]
memberships: [{ role: inventory-editor, members: [{ name: ops }] }]
default_privileges: [{ schema: inventory, grant: [{ role: inventory-editor, privileges: [SELECT], on_type: table }] }]`;

const { desired } = loadBundle(
  ROOT,
  'b.yaml',
  new Map([
    ['platform.yaml', { text: PLATFORM }],
    ['app.yaml', { text: APP }],
  ]),
);
if (!desired?.scope) throw new Error('not loaded');
const { scope } = desired;

const table = { type: 'table', schema: 'inventory', name: 't' } as const;
const database = { type: 'database', name: 'db' } as const;
const full = (privileges: number) => [{ grantee: 'postgres', grantor: 'postgres', privileges, grantable: 0 }];
const current: RoleGraph = {
  roles: new Map(),
  memberships: new Map(),
  objects: new Map([
    [objectKey(table), { ref: table, owner: 'postgres', acl: full(0xff) }],
    [
      objectKey(database),
      { ref: database, owner: 'postgres', acl: full(maskOf(['CREATE', 'CONNECT', 'TEMPORARY'])) },
    ],
  ]),
  defaults: new Map(),
  rowSecurity: new Map(),
};

describe('plan of a bundle', () => {
  it('says which document asks for each change', () => {
    const { changes } = planRoles({ desired, current, facts: factsOf(18), mode: 'authoritative' });
    const plan = bundlePlan(changes, scope);
    expect(plan.managed_scope).toEqual({
      roles: ['app_owner', 'inventory-editor', 'ops'],
      schemas: [{ name: 'inventory', owner: true, bindings: true }],
    });
    const said = plan.changes.map(({ category, owner, change }) => [category, change.kind, owner?.document]);
    expect(said).toContainEqual(['role', 'create_role', 'platform']);
    expect(said).toContainEqual(['role', 'create_role', 'app']);
    expect(said).toContainEqual(['schema', 'create_schema', 'platform']);
    expect(said).toContainEqual(['grant', 'grant', 'app']);
    expect(said).toContainEqual(['grant', 'grant', 'platform']);
    expect(said).toContainEqual(['membership', 'grant_membership', 'app']);
    expect(said).toContainEqual(['default_privilege', 'grant_default', 'app']);
    expect(outOfScope(changes, scope)).toEqual([]);
  });

  it('finds changes that no document may ask for', () => {
    const elsewhere = { ...table, schema: 'other' };
    const changes = [
      { kind: 'drop_role', role: 'stranger' },
      { kind: 'alter_schema_owner', schema: 'other', from: 'a', to: 'b' },
      {
        kind: 'revoke',
        grantee: 'ops',
        type: 'table',
        objects: [elsewhere],
        privileges: 1,
        optionOnly: false,
        cascade: false,
      },
      { kind: 'set_row_security', table, enabled: true },
    ] as const;
    expect(outOfScope(changes, scope)).toEqual(changes);
  });
});
