import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportManifest } from '../../src/roles/export.js';
import { type Inventory, inventoryOf, kindKey, sameAccess } from '../../src/roles/inventory.js';
import { loadManifest } from '../../src/roles/load.js';
import type { ManifestInput } from '../../src/roles/manifest.js';
import { planRoles } from '../../src/roles/plan.js';
import { suggestProfiles } from '../../src/roles/suggest.js';
import { writeManifest } from '../../src/roles/write-manifest.js';
import { found } from './random-graph.js';

const load = (manifest: ManifestInput) => {
  const { desired, problems } = loadManifest(writeManifest(manifest), 'm.yaml');
  expect(problems).toEqual([]);
  if (!desired) throw new Error('not loaded');
  return desired;
};

const TABLES = ['orders', 'users'];
const inventory = (...schemas: string[]): Inventory =>
  new Map(schemas.map((schema) => [kindKey('table', schema), new Set(TABLES)]));

/** A reader of one schema, as generate writes it. */
const reader = (name: string, schema: string, owner = 'app'): ManifestInput => ({
  roles: [{ name }],
  grants: [
    { role: name, privileges: ['USAGE'], object: { type: 'schema', name: schema } },
    ...TABLES.map((table) => ({
      role: name,
      privileges: ['SELECT' as const],
      object: { type: 'table' as const, schema, name: table },
    })),
  ],
  default_privileges: [{ owner, schema, grant: [{ role: name, privileges: ['SELECT'], on_type: 'table' }] }],
});

const together = (schemas: readonly string[], ...parts: readonly ManifestInput[]): ManifestInput => ({
  schemas: schemas.map((name) => ({ name, owner: 'app' })),
  roles: parts.flatMap(({ roles }) => roles ?? []),
  grants: parts.flatMap(({ grants }) => grants ?? []),
  default_privileges: parts.flatMap(({ default_privileges }) => default_privileges ?? []),
});

describe('suggest', () => {
  it('says roles of one shape once, with wildcards where everything is granted', () => {
    const flat = together(['a', 'b'], reader('a-reader', 'a'), reader('b-reader', 'b'));
    const { manifest, profiles, skipped } = suggestProfiles(flat, inventory('a', 'b'));
    expect(skipped).toEqual([]);
    expect(profiles).toEqual([{ name: 'reader', schemas: ['a', 'b'] }]);
    expect(writeManifest(manifest)).toBe(`profiles:
  reader:
    comment: ""
    grants:
      - privileges: [ SELECT ]
        object: { type: table, name: "*" }
      - privileges: [ USAGE ]
        object: { type: schema }
    default_privileges:
      - privileges: [ SELECT ]
        on_type: table
schemas:
  - name: a
    owner: app
    profiles: [ reader ]
  - name: b
    owner: app
    profiles: [ reader ]
`);
    expect(sameAccess(load(flat), load(manifest), inventory('a', 'b'))).toBe(true);
  });

  it('keeps comments as they are', () => {
    const commented = (schema: string, comment: string): ManifestInput => ({
      ...reader(`${schema}-reader`, schema),
      roles: [{ name: `${schema}-reader`, comment }],
    });
    const suggested = (...parts: readonly ManifestInput[]) => {
      const flat = together(['a', 'b'], ...parts);
      const { manifest } = suggestProfiles(flat, inventory('a', 'b'));
      expect(sameAccess(load(flat), load(manifest), inventory('a', 'b'))).toBe(true);
      return manifest.profiles;
    };
    const generated = (schema: string, profile: string) =>
      `Generated from profile '${profile}' for schema '${schema}'`;
    expect(suggested(commented('a', 'the readers'), commented('b', 'the readers'))?.reader?.comment).toBe(
      'the readers',
    );
    expect(
      suggested(commented('a', generated('a', 'reader')), commented('b', generated('b', 'reader')))?.reader,
    ).not.toHaveProperty('comment');
    expect(
      suggested(commented('a', generated('a', 'old')), commented('b', generated('b', 'old'))),
    ).toBeUndefined();
    expect(suggested(commented('a', 'one'), commented('b', 'two'))).toBeUndefined();
  });

  it('finds other patterns and writes them down', () => {
    const flat = together(['a', 'b'], reader('reader_a', 'a'), reader('reader_b', 'b'));
    const { manifest } = suggestProfiles(flat, inventory('a', 'b'));
    expect(manifest.schemas?.[0]).toMatchObject({ profiles: ['reader'], role_pattern: '{profile}_{schema}' });
  });

  const A = reader('a-reader', 'a');
  const B = reader('b-reader', 'b');
  it.each([
    ['attributes', { ...A, roles: [{ name: 'a-reader', createdb: true }] }, 'a-reader'],
    ['owner_mismatch', reader('a-reader', 'a', 'other'), 'a-reader'],
    [
      'unrepresentable',
      {
        ...A,
        grants: [
          ...(A.grants ?? []),
          {
            role: 'a-reader',
            privileges: ['CONNECT' as const],
            object: { type: 'database' as const, name: 'd' },
          },
        ],
      },
      'a-reader',
    ],
    [
      'several_schemas',
      {
        ...A,
        grants: [
          ...(A.grants ?? []),
          {
            role: 'a-reader',
            privileges: ['USAGE' as const],
            object: { type: 'schema' as const, name: 'b' },
          },
        ],
      },
      'a-reader',
    ],
    ['schema_not_declared', reader('c-reader', 'c'), 'c-reader'],
    [
      'incomplete_inventory',
      {
        ...A,
        grants: [
          {
            role: 'a-reader',
            privileges: ['SELECT' as const],
            object: { type: 'table' as const, schema: 'a', name: 'new' },
          },
        ],
      },
      'a-reader',
    ],
    ['no_pattern', reader('everyone', 'a'), 'everyone'],
    ['sole_schema', { ...A, default_privileges: [] }, 'a-reader'],
  ])('leaves a role as it is: %s', (reason, part, role) => {
    const flat = together(['a', 'b'], part, B);
    const { manifest, skipped } = suggestProfiles(flat, inventory('a', 'b'));
    expect(manifest).toEqual(flat);
    expect(skipped.find((each) => each.role === role)?.reason).toBe(reason);
  });

  it('keeps one pattern a schema: the larger group chooses', () => {
    const writer = (name: string, schema: string): ManifestInput => ({
      roles: [{ name, login: true }],
      grants: [{ role: name, privileges: ['USAGE'], object: { type: 'schema', name: schema } }],
    });
    const flat = together(
      ['a', 'b', 'c'],
      ...['a', 'b', 'c'].map((schema) => reader(`${schema}-reader`, schema)),
      ...['a', 'b'].map((schema) => writer(`writer_${schema}`, schema)),
    );
    const { profiles, skipped } = suggestProfiles(flat, inventory('a', 'b', 'c'));
    expect(profiles.map(({ name }) => name)).toEqual(['reader']);
    expect(skipped.map(({ role, reason }) => [role, reason])).toEqual([
      ['writer_a', 'pattern_conflict'],
      ['writer_b', 'pattern_conflict'],
    ]);
  });

  it('returns a manifest with profiles as it is', () => {
    const manifest: ManifestInput = { profiles: { p: {} }, roles: [{ name: 'a' }] };
    expect(suggestProfiles(manifest, new Map()).manifest).toBe(manifest);
  });

  it('always expands to exactly what went in', () => {
    const schemas = ['a', 'b', 'c', 'd'];
    const kinds = fc.constantFrom('{s}-x', '{s}_x', 'x-{s}', 'x_{s}', '{s}-y', 'odd');
    const role = fc.record({
      kind: kinds,
      schema: fc.constantFrom(...schemas),
      login: fc.constantFrom(false, false, true),
      tables: fc.constantFrom(TABLES, TABLES, ['users']),
      write: fc.constantFrom(false, false, true),
      later: fc.constantFrom(true, true, false),
      owner: fc.constantFrom('app', 'app', 'app', 'other'),
    });
    let profiled = 0;
    fc.assert(
      fc.property(fc.array(role, { minLength: 5, maxLength: 20 }), (roles) => {
        const unique = new Map(roles.map((each) => [each.kind.replace('{s}', each.schema), each]));
        const flat = together(
          schemas,
          ...[...unique].map(([name, { schema, login, tables, write, later, owner }]) => {
            const full = reader(name, schema, owner);
            return {
              roles: [{ name, ...(login && { login }) }],
              grants: (full.grants ?? [])
                .filter(({ object }) => object.type === 'schema' || tables.includes(object.name ?? ''))
                .map((grant) =>
                  write && grant.object.type === 'table'
                    ? { ...grant, privileges: ['SELECT' as const, 'INSERT' as const] }
                    : grant,
                ),
              default_privileges: later ? full.default_privileges : [],
            } satisfies ManifestInput;
          }),
        );
        const everything = inventory(...schemas);
        const { manifest, profiles, skipped } = suggestProfiles(flat, everything);
        profiled += profiles.length;
        expect(sameAccess(load(flat), load(manifest), everything)).toBe(true);
        const generated = profiles.reduce((sum, each) => sum + each.schemas.length, 0);
        expect(generated + skipped.length).toBe(unique.size);
      }),
      { numRuns: 200 },
    );
    expect(profiled).toBeGreaterThan(20);
  });

  it('does so for any database', () => {
    fc.assert(
      fc.property(found(18), ({ graph, facts }) => {
        const flat = exportManifest(graph, facts);
        const { manifest } = suggestProfiles(flat, inventoryOf(graph), { minSchemas: 1 });
        const desired = load(manifest);
        expect(sameAccess(load(flat), desired, inventoryOf(graph))).toBe(true);
        const plan = planRoles({ desired, current: graph, facts, mode: 'authoritative' });
        expect(plan.changes).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
});
