import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportManifest } from '../../src/roles/export.js';
import { objectKey, type RoleGraph } from '../../src/roles/graph.js';
import { loadManifest } from '../../src/roles/load.js';
import { MODES } from '../../src/roles/modes.js';
import { planRoles } from '../../src/roles/plan.js';
import { maskOf } from '../../src/roles/privileges.js';
import { writeManifest } from '../../src/roles/write-manifest.js';
import { factsOf, found } from './random-graph.js';

const runs = { numRuns: 60 };

describe('generate', () => {
  it.each([14, 15, 16, 17, 18])('then diff is empty on PostgreSQL %i, in every mode', (major) => {
    fc.assert(
      fc.property(found(major), ({ graph, facts }) => {
        const text = writeManifest(exportManifest(graph, facts));
        const { desired, problems } = loadManifest(text, 'generated.yaml');
        expect(problems).toEqual([]);
        if (!desired) throw new Error('not loaded');
        for (const mode of MODES) {
          const plan = planRoles({ desired, current: graph, facts, mode });
          expect({ changes: plan.changes, problems: plan.problems }).toEqual({ changes: [], problems: [] });
        }
      }),
      runs,
    );
  });

  it('gives the same bytes for the same database, in whatever order it was read', () => {
    fc.assert(
      fc.property(found(18), ({ graph, facts }) => {
        const backwards = <V>(map: ReadonlyMap<string, V>) => new Map([...map].reverse());
        const other: RoleGraph = {
          roles: backwards(graph.roles),
          memberships: new Map(
            [...backwards(graph.memberships)].map(([group, members]) => [group, backwards(members)]),
          ),
          objects: backwards(graph.objects),
          defaults: backwards(graph.defaults),
          rowSecurity: backwards(graph.rowSecurity),
        };
        expect(writeManifest(exportManifest(other, facts))).toBe(writeManifest(exportManifest(graph, facts)));
      }),
      runs,
    );
  });

  it('reads well, says nothing that goes without saying and never a password', () => {
    const table = { type: 'table', schema: 'app', name: 'no' } as const;
    const owner = { grantee: 'amy', grantor: 'amy', privileges: maskOf(['SELECT']), grantable: 0 };
    const role = {
      login: true,
      superuser: false,
      createdb: false,
      createrole: false,
      inherit: true,
      replication: false,
      bypassrls: false,
      connectionLimit: -1,
      validUntil: '2027-01-31T00:00:00.000Z',
      comment: null,
      config: new Map([['work_mem', '64MB']]),
      databaseConfig: new Map<string, string>(),
      verifier: 'SCRAM-SHA-256$4096:c2FsdA==$x:y',
    };
    const graph: RoleGraph = {
      roles: new Map([
        ['amy', { ...role, name: 'amy' }],
        ['postgres', { ...role, name: 'postgres' }],
        ['pg_monitor', { ...role, name: 'pg_monitor' }],
      ]),
      memberships: new Map(),
      objects: new Map([
        [objectKey(table), { ref: table, owner: 'amy', acl: [{ ...owner, grantee: 'bob' }] }],
        [
          objectKey({ type: 'schema', name: 'app' }),
          {
            ref: { type: 'schema', name: 'app' },
            owner: 'amy',
            acl: [{ ...owner, privileges: maskOf(['CREATE', 'USAGE']) }],
          },
        ],
      ]),
      defaults: new Map(),
      rowSecurity: new Map(),
    };
    expect(writeManifest(exportManifest(graph, factsOf(16)))).toBe(`schemas:
  - name: app
    owner: amy
roles:
  - name: amy
    login: true
    password_valid_until: "2027-01-31T00:00:00Z"
    config:
      work_mem: 64MB
grants:
  - role: amy
    ensure: absent
    privileges: [ SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ]
    object: { type: table, schema: app, name: "no" }
  - role: bob
    privileges: [ SELECT ]
    object: { type: table, schema: app, name: "no" }
`);
  });
});
