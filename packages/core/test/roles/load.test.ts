import { describe, expect, it } from 'vitest';
import { countsOf, type Loaded, loadManifest } from '../../src/roles/load.js';
import { privilegesOf } from '../../src/roles/privileges.js';

const load = (text: string): Loaded => loadManifest(text, 'm.yaml');
/** `line:column path code message → fix` */
const told = (text: string): string[] =>
  load(text).problems.map(
    ({ line, column, path, code, message, fix }) => `${line}:${column} ${path} ${code} ${message} → ${fix}`,
  );
const one = (text: string): string => {
  const all = told(text);
  expect(all).toHaveLength(1);
  return all[0] ?? '';
};
const desired = (text: string) => {
  const { desired: found, problems } = load(text);
  expect(problems).toEqual([]);
  if (!found) throw new Error('not loaded');
  return found;
};

const SPEC_EXAMPLE = `
default_owner: app_migrator
profiles:
  app_writer:
    grants:
      - privileges: [USAGE]
        object: { type: schema }
      - privileges: [SELECT, INSERT, UPDATE, DELETE]
        object: { type: table, name: "*" }
      - privileges: [USAGE, SELECT, UPDATE]
        object: { type: sequence, name: "*" }
    default_privileges:
      - privileges: [SELECT, INSERT, UPDATE, DELETE]
        on_type: table
      - privileges: [USAGE, SELECT, UPDATE]
        on_type: sequence
  readonly:
    grants:
      - privileges: [USAGE]
        object: { type: schema }
      - privileges: [SELECT]
        object: { type: table, name: "*" }
    default_privileges:
      - privileges: [SELECT]
        on_type: table
schemas:
  - name: app
    owner: app_migrator
    profiles: [app_writer, readonly]
roles:
  - name: app_migrator
    login: true
  - name: app_runtime
    login: true
  - name: analyst
    login: true
memberships:
  - role: app-app_writer
    members:
      - name: app_runtime
  - role: app-readonly
    members:
      - name: analyst
`;

describe('the example of the guide', () => {
  it('expands to the roles, grants, defaults and memberships it describes', () => {
    const found = desired(SPEC_EXAMPLE);
    expect(countsOf(found)).toEqual({
      schemas: 1,
      roles: 5,
      grants: 5,
      defaultPrivileges: 3,
      memberships: 2,
    });
    expect([...found.roles.keys()]).toEqual([
      'analyst',
      'app-app_writer',
      'app-readonly',
      'app_migrator',
      'app_runtime',
    ]);
    expect(found.roles.get('app-readonly')?.comment).toBe(
      "Generated from profile 'readonly' for schema 'app'",
    );
    expect(found.schemas.get('app')?.owner).toBe('app_migrator');
    expect(found.defaults.every(({ owner, schema }) => owner === 'app_migrator' && schema === 'app')).toBe(
      true,
    );
    const table = found.grants.find(
      ({ grantee, object }) => grantee === 'app-readonly' && object.type === 'table',
    );
    expect(table?.object).toEqual({ type: 'table', schema: 'app', name: '*' });
    expect(privilegesOf(table?.privileges ?? 0)).toEqual(['SELECT']);
    expect(found.memberships.get('app-readonly')?.exclusive).toBe(true);
  });

  it('accepts roles that only the server knows', () => {
    const text = `
schemas:
  - name: app_managed
    owner: app_owner
    profiles: []
grants:
  - role: reporting
    privileges: [USAGE]
    object: { type: schema, name: app_managed }
  - role: reporting
    privileges: [SELECT]
    object: { type: table, schema: existing_warehouse, name: "*" }`;
    expect([...desired(text).schemas.keys()]).toEqual(['app_managed']);
  });
});

describe('syntax', () => {
  it.each([
    ['roles: [a', '1:10  manifest.syntax not YAML: flow sequence in block collection must be sufficiently'],
    [
      'roles: []\nroles: []',
      '2:1  manifest.duplicate `roles` is written twice in one place → keep one of them',
    ],
    ['"roles": []\nroles: []', '2:1  manifest.duplicate `roles` is written twice in one place'],
    ['profiles:\n  a: {}\n  b: {}\n  a: {}', '4:3  manifest.duplicate `a` is written twice in one place'],
    ['a: 1\n---\nb: 2', '2:1  manifest.syntax the file holds more than one document'],
    ['roles: *x', '1:1  manifest.syntax there is no anchor `&x` before the alias `*x`'],
    ['- a', '1:1  manifest.bad_value the document must be a map of fields, not a list'],
    [`x: ${'['.repeat(5000)}`, '1:1  manifest.syntax the file is too large or nested too deeply'],
  ])('%j', (text, start) => {
    expect(told(text)[0]?.startsWith(start) ? start : told(text)).toBe(start);
  });

  it('takes JSON, empty files and empty sections', () => {
    expect([...desired('{"roles": [{"name": "a"}]}').roles.keys()]).toEqual(['a']);
    expect(load('').warnings).toEqual(['the manifest has no roles, schemas, grants or memberships']);
    expect(desired('roles:\n# - name: a\ngrants:\n').roles.size).toBe(0);
  });

  it('takes the Kubernetes wrapper off, keeps its places and still finds slips', () => {
    const text =
      'apiVersion: v1\nkind: P\nspec:\n  interval: 5m\n  connection: {a: 1}\n  roles: [{name: a}]\n';
    expect([...desired(text).roles.keys()]).toEqual(['a']);
    expect(one(`${text}  membership: []`)).toBe(
      '7:3 spec.membership manifest.unknown_field there is no field `membership` here → did you mean `memberships`?',
    );
  });

  it('reads `on` as `object`', () => {
    const grants = 'grants: [{role: a, privileges: [USAGE], "on": {type: schema, name: s}}]';
    expect(desired(grants).grants[0]?.object).toEqual({ type: 'schema', name: 's' });
    expect(one('grants: [{role: a, privileges: [SELECT], on: {type: table, name: t}}]')).toMatch(
      /^1:46 grants\[0\]\.object manifest\.missing_field the grant on a table names no schema/,
    );
  });
});

describe('shape', () => {
  it('reports every problem at once, in the order of the file', () => {
    const text = `
roles:
  - name: 1
    logn: true
    password: hunter2
  - login: "yes"
grants:
  - role: x
    privileges: [select, FOO]
    object: {typ: table}
default_privileges:
  - grant: [{privileges: [], on_type: view}]`;
    expect(told(text)).toEqual([
      '3:11 roles[0].name manifest.bad_value `roles[0].name` must be text, not `1` → put it in quotes: `"1"`',
      '4:5 roles[0].logn manifest.unknown_field there is no field `logn` in `roles[0]` → did you mean `login`?',
      '5:15 roles[0].password manifest.bad_value a password is never written into a manifest → write `password: { from_env: VARIABLE }` and set the variable where postern runs',
      '6:5 roles[1].name manifest.missing_field `roles[1].name` is missing → add `name: …` here',
      '6:12 roles[1].login manifest.bad_value `roles[1].login` must be `true` or `false`, not `"yes"` → write `true` or `false`, without quotes',
      '9:18 grants[0].privileges[0] manifest.bad_value `grants[0].privileges[0]` cannot be `select` → did you mean `SELECT`?',
      expect.stringMatching(
        /^9:26 grants\[0\]\.privileges\[1\] manifest\.bad_value .*`FOO` → use one of `SELECT`, /,
      ),
      expect.stringMatching(/^10:13 grants\[0\]\.object\.type manifest\.missing_field/),
      '10:14 grants[0].object.typ manifest.unknown_field there is no field `typ` in `grants[0].object` → did you mean `type`?',
      expect.stringMatching(/^12:13 default_privileges\[0\]\.grant\[0\]\.role manifest\.missing_field/),
      expect.stringMatching(
        /^12:26 default_privileges\[0\]\.grant\[0\]\.privileges manifest\.bad_value .* is empty/,
      ),
      expect.stringMatching(/^12:39 default_privileges\[0\]\.grant\[0\]\.on_type .*`view`/),
    ]);
    expect(told(text).join()).not.toContain('hunter2');
  });
});

const grant = (object: string, privileges = 'SELECT', role = 'r') =>
  `grants: [{role: ${role}, privileges: [${privileges}], object: ${object}}]`;

const WRONG: readonly (readonly [text: string, part: string])[] = [
  [grant('{type: table, name: t}'), 'manifest.missing_field the grant on a table names no schema'],
  [grant('{type: table, schema: s}'), 'manifest.missing_field the grant on a table names no object'],
  [grant('{type: database}', 'CONNECT'), 'manifest.missing_field the grant on a database names no object'],
  [grant('{type: database, name: "*"}', 'CONNECT'), 'manifest.bad_name `*` does not work for a database'],
  [
    grant('{type: table, schema: s, name: t}', 'USAGE'),
    'manifest.bad_privilege `USAGE` cannot be granted on a table',
  ],
  [
    grant('{type: table, schema: s, name: t, columns: [c]}', 'DELETE'),
    '`DELETE` cannot be granted on columns of a table',
  ],
  [grant('{type: table, schema: s, name: "*", columns: [c]}'), 'columns of `*` are of no one table'],
  [grant('{type: sequence, schema: s, name: t, columns: [c]}'), 'a sequence has no columns'],
  [grant('{type: function, schema: s, name: f}', 'EXECUTE'), '`f` says not which function of that name'],
  [grant('{type: large_object, name: blob}'), '`blob` is no large object'],
  [grant('{type: language, schema: s, name: sql}', 'USAGE'), 'a language is in no schema'],
  [
    grant('{type: schema, name: s}', 'USAGE', 'public'),
    '`public`: PostgreSQL reserves the name → write `PUBLIC`',
  ],
  [grant(`{type: table, schema: s, name: ${'ü'.repeat(32)}}`), 'has 64 bytes, PostgreSQL keeps 63'],
  [
    'grants: [{role: PUBLIC, with_grant_option: true, privileges: [USAGE], object: {type: schema, name: s}}]',
    'a grant option cannot be given to `PUBLIC`',
  ],
  [
    'roles: [{name: a, password: {from_env: P}}]',
    'manifest.bad_password role `a` has a password, but cannot log in',
  ],
  ['roles: [{name: pg_x}]', "`pg_x` is one of PostgreSQL's own"],
  ['roles: [{name: none}]', '`none`: PostgreSQL reserves the name'],
  ['roles: [{name: PUBLIC}]', 'the role cannot be `PUBLIC`'],
  [
    'roles: [{name: a, external: true, createdb: true}]',
    'role `a` is external, so `createdb` is not managed here',
  ],
  ['roles: [{name: a, password_valid_until: "2027-02-29T00:00:00Z"}]', 'is no instant'],
  ['roles: [{name: a, password_valid_until: "2027-02-28"}]', 'is no instant'],
  ['roles: [{name: a, config: {"work mem": x}}]', '`work mem` is no name of a setting'],
  ['roles: [{name: a}, {name: a}]', 'role `a` is declared twice, first at m.yaml:1:16'],
  ['schemas: [{name: s}, {name: s}]', 'schema `s` is declared twice'],
  ['schemas: [{name: pg_s}]', "schema `pg_s` is one of PostgreSQL's own"],
  [
    'profiles: {reader: {}}\nschemas: [{name: s, profiles: [readr]}]',
    'manifest.unknown_profile schema `s` binds profile `readr`, which does not exist → did you mean `reader`?',
  ],
  ['profiles: {p: {}}\nschemas: [{name: s, profiles: [p], role_pattern: x}]', 'has no `{profile}`'],
  ['schemas: [{name: s, role_pattern: "{profile}-{db}"}]', '`{db}`, which stands for nothing'],
  [
    'profiles: {p: {}}\nroles: [{name: s-p}]\nschemas: [{name: s, profiles: [p]}]',
    'role `s-p` is declared twice',
  ],
  ['default_privileges: [{grant: []}]', 'the default privileges name no schema'],
  ['default_privileges: [{schema: s, scope: {type: global}}]', 'both `schema` and `scope` are given'],
  [
    'default_privileges: [{schema: s, grant: [{role: r, privileges: [USAGE], on_type: schema}]}]',
    'cannot be bound to a schema',
  ],
  ['retirements: [{role: a, reassign_owned_to: a}]', 'cannot be its own successor'],
  ['retirements: [{role: a}, {role: a}]', 'the retirement of `a` is declared twice'],
  ['roles: [{name: a}]\nretirements: [{role: a}]', 'role `a` is declared, but retired at m.yaml:2:22'],
  [
    'memberships: [{role: g, members: [{name: a}]}]\nretirements: [{role: a}]',
    'role `a` is a member, but retired',
  ],
  [
    'roles: [{name: g}, {name: b}]\nmemberships: [{role: g, members: [{name: b, granted_by: a}]}]\nretirements: [{role: a}]',
    'role `a` is the grantor of a membership, but retired',
  ],
  ['memberships: [{role: g, members: [{name: g}]}]', 'manifest.cycle memberships go in a circle: `g` in `g`'],
  [
    'memberships: [{role: a, members: [{name: b}]}, {role: b, members: [{name: c}]}, {role: c, members: [{name: a}]}]',
    'memberships go in a circle: `b` in `a` in `c` in `b`',
  ],
  [
    'memberships: [{role: g, members: [{name: a}]}, {role: g, members: [{name: a, admin: true}]}]',
    'the options of `a` in group `g` differ from those at m.yaml:1:35',
  ],
  [
    'memberships: [{role: g, exclusive: true}, {role: g, exclusive: false}]',
    '`exclusive` of group `g` differs',
  ],
  ['memberships: [{role: pg_database_owner, members: [{name: a}]}]', 'as its only member'],
  [
    'row_security: [{schema: s, table: t, policies: [{name: p, command: SELECT, check: x}]}]',
    '`check` is never used',
  ],
  [
    'roles: [{name: a, config: {role: g}}, {name: g}]',
    'role `a` is set to act as `g`, but is no member of it',
  ],
  [
    'grants: [{role: r, privileges: [SELECT], object: {type: table, schema: s, name: t}}, {role: r, ensure: absent, privileges: [ALL], object: {type: table, schema: s, name: t}}]',
    'SELECT on table `s.t` is both present and absent for `r`, see m.yaml:1:10',
  ],
];

describe('entries', () => {
  it.each(WRONG)('%s', (text, part) => {
    expect(one(text)).toContain(part);
  });
});

describe('expansion', () => {
  it('substitutes schema and profile in names and settings', () => {
    const found = desired(`
profiles:
  p: { login: true, inherit: false, config: { search_path: "{schema}, {profile}", TIMEZONE: UTC } }
schemas: [{ name: s, profiles: [p], role_pattern: "{profile}_{schema}_{schema}" }]`);
    const role = found.roles.get('p_s_s');
    expect(role).toMatchObject({
      login: true,
      inherit: false,
      comment: "Generated from profile 'p' for schema 's'",
    });
    expect([...(role?.config ?? [])]).toEqual([
      ['TIMEZONE', 'UTC'],
      ['search_path', 's, p'],
    ]);
    expect(found.schemas.get('s')?.owner).toBeNull();
  });

  it('adds entries for the same thing up and keeps the rest apart', () => {
    const found = desired(`
grants:
  - { role: r, privileges: [SELECT], object: { type: table, schema: s, name: t } }
  - { role: r, privileges: [INSERT, TRUNCATE], object: { type: table, schema: s, name: t } }
  - { role: r, privileges: [ALL], object: { type: database, name: d } }
  - { role: r, privileges: [TEMP], object: { type: database, name: e } }
  - { role: PUBLIC, ensure: absent, privileges: [EXECUTE], object: { type: function, schema: s, name: "f(int, p text)" } }`);
    expect(found.grants.map(({ privileges, all }) => [privilegesOf(privileges).join(), all])).toEqual([
      ['CREATE,CONNECT,TEMPORARY', true],
      ['TEMPORARY', false],
      ['EXECUTE', false],
      ['SELECT,INSERT,TRUNCATE', false],
    ]);
    expect(found.grants[2]).toMatchObject({ grantee: 'public', object: { name: 'f(integer, text)' } });
  });

  it('defaults as the field has them', () => {
    const found = desired(`
roles: [{ name: a, password_valid_until: "2027-01-01T01:30:00.25+02:00" }, { name: x, external: true }]
memberships: [{ role: a, members: [{ name: m }] }, { role: x, members: [{ name: m }] }, { role: pg_monitor, members: [{ name: a, inherit: false }] }]
default_privileges: [{ scope: { type: global }, grant: [{ role: PUBLIC, ensure: absent, privileges: [EXECUTE], on_type: function }] }]`);
    expect(found.roles.get('a')).toMatchObject({
      login: false,
      inherit: true,
      connectionLimit: -1,
      validUntil: '2026-12-31T23:30:00.250Z',
      config: null,
      passwordEnv: null,
    });
    expect([...found.memberships.values()].map(({ group, exclusive }) => [group, exclusive])).toEqual([
      ['a', true],
      ['pg_monitor', false],
      ['x', false],
    ]);
    expect(found.memberships.get('a')?.members.get('m')).toMatchObject({
      inherit: null,
      set: null,
      admin: false,
    });
    expect(found.defaults[0]).toMatchObject({
      owner: 'postgres',
      schema: null,
      ensure: 'absent',
      grantee: 'public',
    });
    expect([...found.externalRoles.keys()]).toEqual(['x']);
  });

  it('lets a name be an exception from a wildcard', () => {
    const text = `grants:
- { role: r, privileges: [SELECT], object: { type: table, schema: s, name: "*" } }
- { role: r, ensure: absent, privileges: [SELECT], object: { type: table, schema: s, name: secrets } }`;
    expect(desired(text).grants).toHaveLength(2);
  });

  it('gives the same for the same content in another order', () => {
    const a = desired('roles: [{name: b}, {name: a}]\nschemas: [{name: y}, {name: x}]');
    const b = desired('schemas: [{name: x}, {name: y}]\nroles: [{name: a}, {name: b}]');
    expect([...a.roles.keys(), ...a.schemas.keys()]).toEqual([...b.roles.keys(), ...b.schemas.keys()]);
  });
});

it('warns of what is said in vain', () => {
  const absent = 'grant: [{ role: PUBLIC, ensure: absent, privileges: [EXECUTE], on_type: function }]';
  const roles = 'roles: [{ name: o }]\n';
  expect(load(`${roles}default_privileges: [{ owner: o, schema: s, ${absent} }]`).warnings).toEqual([
    expect.stringContaining('`absent` in schema `s` changes nothing'),
  ]);
  expect(
    load(`${roles}default_privileges: [{ owner: o, scope: { type: global }, ${absent} }]`).warnings,
  ).toEqual([]);
});

it('every text is lower case, without final period', () => {
  for (const { message, fix } of WRONG.flatMap(([text]) => load(text).problems)) {
    expect(message).not.toMatch(/\.$/);
    expect(fix).not.toMatch(/\.$/);
    if (!/^[A-Z]+ on /.test(message)) expect(`${message[0]}${fix[0]}`).not.toMatch(/[A-Z]/);
  }
});
