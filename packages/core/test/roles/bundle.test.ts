import { describe, expect, it } from 'vitest';
import { bundleFiles, loadBundle } from '../../src/roles/bundle.js';

const ROOT = `
shared:
  default_owner: app_owner
  profiles:
    editor:
      grants:
        - { privileges: [USAGE], object: { type: schema } }
        - { privileges: [SELECT, INSERT], object: { type: table, name: "*" } }
      default_privileges: [{ privileges: [SELECT], on_type: table }]
sources: [{ file: platform.yaml }, { file: app.yaml }]
`;
const PLATFORM = `
policy: { name: platform }
scope: { roles: [app_owner], schemas: [{ name: inventory, facets: [owner] }] }
roles: [{ name: app_owner }]
schemas: [{ name: inventory, owner: app_owner }]
`;
const APP = `
policy: { name: app }
scope: { schemas: [{ name: inventory, facets: [bindings] }] }
schemas: [{ name: inventory, profiles: [editor] }]
memberships: [{ role: inventory-editor, members: [{ name: someone }] }]
`;

const load = (files: Record<string, string | null>, root = ROOT) =>
  loadBundle(
    root,
    'bundle.yaml',
    new Map(
      Object.entries(files).map(([file, text]) => [
        file,
        text === null ? { error: 'no such file' } : { text },
      ]),
    ),
  );
const told = (files: Record<string, string | null>, root?: string): string[] =>
  load(files, root).problems.map(
    ({ file, line, path, code, message }) => `${file}:${line} ${path} ${code} ${message}`,
  );

describe('bundle', () => {
  it('puts documents together per schema, each within its scope', () => {
    const { desired, problems, documents, sharedProfiles } = load({
      'platform.yaml': PLATFORM,
      'app.yaml': APP,
    });
    expect(problems).toEqual([]);
    expect(documents).toEqual(['platform', 'app']);
    expect(sharedProfiles).toBe(1);
    expect([...(desired?.roles.keys() ?? [])]).toEqual(['app_owner', 'inventory-editor']);
    expect(desired?.schemas.get('inventory')?.owner).toBe('app_owner');
    expect(desired?.defaults[0]).toMatchObject({
      owner: 'app_owner',
      schema: 'inventory',
      grantee: 'inventory-editor',
    });
    expect(desired?.roles.get('inventory-editor')?.at).toMatchObject({
      file: 'app.yaml',
      line: 4,
      path: 'schemas[0].profiles[0]',
    });
    expect(desired?.scope?.schemas.get('inventory')).toEqual({ owner: true, bindings: true });
    expect([...(desired?.scope?.roles ?? [])]).toEqual(['app_owner', 'inventory-editor']);
    expect(desired?.scope?.claims.get('role\0inventory-editor')).toBe('app');
  });

  it('only refers to a schema that no document may own', () => {
    const { desired, problems } = load({ 'app.yaml': APP }, ROOT.replace('{ file: platform.yaml }, ', ''));
    expect(problems).toEqual([]);
    expect(desired?.schemas.size).toBe(0);
    expect(desired?.grants).toHaveLength(2);
  });

  it('tells the files to read', () => {
    expect(bundleFiles(ROOT, 'b').files).toEqual(['platform.yaml', 'app.yaml']);
  });

  it('names a source that is missing, broken or named twice', () => {
    expect(told({ 'platform.yaml': null, 'app.yaml': 'roles: [' })).toEqual([
      expect.stringMatching(/^app\.yaml:1 {2}manifest\.syntax/),
      'bundle.yaml:10 sources[0].file bundle.unreadable `platform.yaml` cannot be read: no such file',
    ]);
    expect(told({}, 'sources: []')).toEqual([
      'bundle.yaml:1 sources bundle.no_sources the bundle has no sources',
    ]);
    expect(told({ a: '' }, 'sources: [{ file: a }, { file: a }]')).toEqual([
      'bundle.yaml:1 sources[1].file manifest.duplicate `a` is named twice',
    ]);
    expect(told({ a: 'profiles: {}' }, 'sources: [{ file: a }]')[0]).toMatch(
      /^a:1 profiles manifest\.unknown_field/,
    );
  });

  it('names both documents that manage the same thing', () => {
    const twin = PLATFORM.replace('platform', 'other');
    expect(told({ 'platform.yaml': PLATFORM, 'app.yaml': twin })).toEqual([
      'app.yaml:3 scope.schemas[0].name bundle.conflict the owner of schema `inventory` is managed by `other` and by `platform` at platform.yaml:3:48',
      'app.yaml:4 roles[0].name bundle.conflict role `app_owner` is managed by `other` and by `platform` at platform.yaml:4:17',
    ]);
  });

  it.each([
    ['membership', 'memberships: [{ role: g, members: [{ name: m }] }]', 'the membership of `m` in `g`'],
    [
      'grant',
      'grants: [{ role: r, privileges: [CONNECT], object: { type: database, name: d } }]',
      'what `r` may do with database `d`',
    ],
    [
      'default privilege',
      'scope: { roles: [o] }\ndefault_privileges: [{ owner: o, scope: { type: global }, grant: [{ role: r, privileges: [SELECT], on_type: table }] }]',
      'what `r` may do with later tables of `o`',
    ],
  ])('names both documents of the same %s', (_, text, what) => {
    const found = told({ a: `policy: {name: A}\n${text}`, b: text }, 'sources: [{ file: a }, { file: b }]');
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`bundle.conflict ${what} is managed by \`b\` and by \`A\` at a:`);
  });

  it('refuses what is outside the scope of its document', () => {
    const text = `
roles: [{ name: r }, { name: other_team, external: true }]
schemas: [{ name: s, owner: r }, { name: t, profiles: [editor] }]
grants:
  - { role: r, privileges: [SELECT], object: { type: table, schema: u, name: x } }
  - { role: r, privileges: [CONNECT], object: { type: database, name: d } }
default_privileges: [{ schema: v, grant: [] }, { owner: q, scope: { type: global } }]
retirements: [{ role: z }]
row_security: [{ schema: w, table: x }]`;
    expect(told({ a: text }, ROOT.replace(/sources.*/, 'sources: [{ file: a }]'))).toEqual([
      'a:2 roles[0].name bundle.out_of_scope role `r` is outside the scope of `a`',
      'a:3 schemas[0].name bundle.out_of_scope the owner of schema `s` is outside the scope of `a`',
      'a:3 schemas[1].name bundle.out_of_scope what is granted in schema `t` is outside the scope of `a`',
      'a:5 grants[0] bundle.out_of_scope what is granted in schema `u` is outside the scope of `a`',
      'a:7 default_privileges[0] bundle.out_of_scope what is granted in schema `v` is outside the scope of `a`',
      'a:7 default_privileges[1] bundle.out_of_scope role `q` is outside the scope of `a`',
      'a:8 retirements[0].role bundle.out_of_scope role `z` is outside the scope of `a`',
      'a:9 row_security[0] bundle.out_of_scope row level security in schema `w` is outside the scope of `a`',
    ]);
  });

  it('shows problems where they were written, once', () => {
    const a =
      'memberships: [{ role: x, members: [{ name: y }] }]\nschemas: [{ name: s, profiles: [nope] }]\nscope: { schemas: [{ name: s, facets: [bindings] }] }';
    const b = 'memberships: [{ role: y, members: [{ name: x }] }]';
    const found = told({ a, b }, 'sources: [{ file: a }, { file: b }]');
    expect(found).toEqual([
      'a:2 schemas[0].profiles[0] manifest.unknown_profile schema `s` binds profile `nope`, which does not exist',
      expect.stringMatching(
        /^[ab]:1 memberships\[0\]\.members\[0\] manifest\.cycle memberships go in a circle/,
      ),
    ]);
  });
});
