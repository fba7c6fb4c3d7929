import { describe, expect, it } from 'vitest';
import { defaultAcl } from '../../src/roles/acl.js';
import type { Acl, ObjectState, RoleGraph, RoleState, ServerFacts } from '../../src/roles/graph.js';
import { objectKey } from '../../src/roles/graph.js';
import {
  effectsDigest,
  interpret,
  loadManifest,
  type Mode,
  type ObjectRef,
  type Privilege,
  PUBLIC,
  planRoles,
  render,
  summarize,
  takesAway,
} from '../../src/roles/index.js';
import { maskOf } from '../../src/roles/privileges.js';

const facts = (major = 18): ServerFacts => ({
  major,
  database: 'db',
  systemIdentifier: null,
  currentUser: 'postgres',
  bootstrapUser: 'postgres',
  isSuperuser: true,
  provider: null,
});

const role = (name: string): RoleState => ({
  name,
  login: false,
  superuser: name === 'postgres',
  createdb: false,
  createrole: false,
  inherit: true,
  replication: false,
  bypassrls: false,
  connectionLimit: -1,
  validUntil: null,
  comment: null,
  config: new Map(),
  databaseConfig: new Map(),
});

const held = (grantee: string, privileges: Privilege[], grantor = 'postgres'): Acl[number] => ({
  grantee,
  grantor,
  privileges: maskOf(privileges),
  grantable: 0,
});

function object(ref: ObjectRef, extra: Acl = [], owner = 'postgres', major = 18): ObjectState {
  return { ref, owner, acl: [...defaultAcl(ref.type, owner, major), ...extra] };
}
const table = (name: string): ObjectRef => ({ type: 'table', schema: 's', name });

function world(roles: readonly string[], objects: readonly ObjectState[]): RoleGraph {
  const all = [object({ type: 'schema', name: 's' }), ...objects];
  return {
    roles: new Map(['postgres', ...roles].map((name) => [name, role(name)])),
    memberships: new Map(),
    objects: new Map(all.map((state) => [objectKey(state.ref), state])),
    defaults: new Map(),
    rowSecurity: new Map(),
  };
}

function plan(manifest: object, current: RoleGraph, mode: Mode = 'authoritative', server = facts()) {
  const { desired, problems } = loadManifest(JSON.stringify(manifest), 'test.json');
  if (!desired) throw new Error(JSON.stringify(problems));
  const made = planRoles({ desired, current, facts: server, mode });
  const after = interpret(made.changes, current, server);
  const sql = made.changes.flatMap((change) => render(change, server));
  const again = planRoles({ desired, current: after, facts: server, mode });
  return { ...made, sql, after, again: again.changes };
}

const grant = (name: string, privileges: string[], more: object = {}, to = 'r') => ({
  role: to,
  privileges,
  object: { type: 'table', schema: 's', name },
  ...more,
});
const declared = { roles: [{ name: 'r' }] };

describe('rights that are wanted', () => {
  it('adds up a wildcard and a name on one table, once', () => {
    const current = world(['r'], [object(table('a')), object(table('b'))]);
    const made = plan({ ...declared, grants: [grant('*', ['SELECT']), grant('a', ['INSERT'])] }, current);
    expect(made.sql).toEqual([
      'GRANT SELECT ON TABLE "s"."b" TO "r"',
      'GRANT INSERT, SELECT ON TABLE "s"."a" TO "r"',
    ]);
    expect(made.again).toEqual([]);
  });

  it('takes a name out of a wildcard', () => {
    const current = world(['r'], [object(table('a'), [held('r', ['SELECT'])]), object(table('b'))]);
    const grants = [grant('*', ['SELECT']), grant('a', ['SELECT'], { ensure: 'absent' })];
    const made = plan({ ...declared, grants }, current);
    expect(made.sql).toEqual([
      'REVOKE SELECT ON TABLE "s"."a" FROM "r"',
      'GRANT SELECT ON TABLE "s"."b" TO "r"',
    ]);
    expect(made.again).toEqual([]);
  });

  it.each([
    ['authoritative', ['REVOKE SELECT ON TABLE "s"."a" FROM "stranger"']],
    ['adopt', []],
    ['additive', []],
  ] as const)('%s: an undeclared role is named, and loses rights in authoritative only', (mode, sql) => {
    const current = world(['r', 'stranger'], [object(table('a'), [held('stranger', ['SELECT'])])]);
    const made = plan({ ...declared, schemas: [{ name: 's' }] }, current, mode);
    expect(made.sql).toEqual(sql);
    expect(made.undeclared).toEqual([{ role: 'stranger', count: 1, isRevoked: mode === 'authoritative' }]);
  });

  it('leaves PUBLIC alone until it is named', () => {
    const f: ObjectRef = { type: 'function', schema: 's', name: 'f(integer)' };
    const current = world(['r'], [object(f)]);
    expect(plan({ ...declared, schemas: [{ name: 's' }] }, current).sql).toEqual([]);
    const absent = { role: 'PUBLIC', privileges: ['EXECUTE'], object: { ...f, name: '*' }, ensure: 'absent' };
    const made = plan({ ...declared, grants: [absent] }, current);
    expect(made.sql).toEqual(['REVOKE ALL PRIVILEGES ON FUNCTION "s"."f"(integer) FROM PUBLIC']);
    expect(made.again).toEqual([]);
    expect(made.after.objects.get(objectKey(f))?.acl.some(({ grantee }) => grantee === PUBLIC)).toBe(false);
  });

  it('never takes the full entry of an owner, and holds a broken one to the manifest (ADR 0010)', () => {
    const schemas = { ...declared, schemas: [{ name: 's' }] };
    const full = world(['r'], [object(table('a'), [], 'r')]);
    expect(plan(schemas, full).sql).toEqual([]);
    const broken: ObjectState = { ref: table('a'), owner: 'r', acl: [held('r', ['SELECT', 'INSERT'], 'r')] };
    const made = plan({ ...schemas, grants: [grant('a', ['SELECT'])] }, world(['r'], [broken]));
    expect(made.sql).toEqual(['REVOKE INSERT ON TABLE "s"."a" FROM "r"']);
    expect(made.again).toEqual([]);
    const taken = plan({ ...schemas, grants: [grant('a', ['TRUNCATE'], { ensure: 'absent' })] }, full);
    expect(taken.sql).toEqual(['REVOKE TRUNCATE ON TABLE "s"."a" FROM "r"']);
    expect(taken.again).toEqual([]);
  });

  it('grants columns again that a revoke on their table takes', () => {
    const columns = new Map([['c', [held('r', ['SELECT'])]]]);
    const state = { ...object(table('a'), [held('r', ['SELECT'])]), columns };
    const onColumn = grant('a', ['SELECT']);
    const grants = [{ ...onColumn, object: { ...onColumn.object, columns: ['c'] } }];
    const made = plan({ ...declared, grants }, world(['r'], [state]));
    expect(made.sql).toEqual([
      'REVOKE SELECT ON TABLE "s"."a" FROM "r"',
      'GRANT SELECT ("c") ON TABLE "s"."a" TO "r"',
    ]);
    expect(made.again).toEqual([]);
  });
});

describe('roles', () => {
  it('drops roles that are not declared only where all of them are managed', () => {
    const current = world(['r', 'old', 'pg_monitor'], []);
    expect(plan(declared, current).sql).toEqual([]);
    expect(plan({ ...declared, manage: 'all_roles' }, current).sql).toEqual(['DROP ROLE "old"']);
    expect(plan({ ...declared, manage: 'all_roles' }, current, 'adopt').sql).toEqual([]);
  });

  it('retires a role before it changes what the role owned', () => {
    const retirements = [{ role: 'old', reassign_owned_to: 'r', drop_owned: true, terminate_sessions: true }];
    const made = plan({ ...declared, retirements }, world(['r', 'old'], []));
    expect(made.changes.map(({ kind }) => kind)).toEqual([
      'reassign_owned',
      'drop_owned',
      'terminate_sessions',
      'drop_role',
    ]);
    expect(summarize(made.changes, world(['r', 'old'], []), made.wanted)).toMatchObject({
      total: 4,
      destructive: 4,
      loses: ['old'],
    });
  });

  it('counts an attribute that goes as taken away, and tells whose', () => {
    const before = world(['r', 'low'], []);
    const roles = new Map(before.roles)
      .set('r', { ...role('r'), login: true })
      .set('low', { ...role('low'), connectionLimit: 3 });
    const made = plan({ roles: [{ name: 'r', createdb: true }, { name: 'low' }] }, { ...before, roles });
    expect(made.changes.map((change) => [change.kind, takesAway(change)])).toEqual([
      ['alter_role', false],
      ['alter_role', true],
    ]);
    expect(summarize(made.changes, { ...before, roles }, made.wanted)).toMatchObject({
      total: 2,
      destructive: 1,
      gains: ['r'],
      loses: ['r'],
    });
  });

  it.each([
    [15, 'GRANT "g" TO "r" WITH ADMIN OPTION'],
    [16, 'GRANT "g" TO "r" WITH ADMIN TRUE, INHERIT TRUE, SET TRUE'],
  ])('PostgreSQL %i: a membership with its options', (major, sql) => {
    const memberships = [{ role: 'g', members: [{ name: 'r', admin: true }] }];
    const made = plan(
      { roles: [{ name: 'r' }, { name: 'g' }], memberships },
      world(['r', 'g'], []),
      'authoritative',
      facts(major),
    );
    expect(made.sql).toEqual([sql]);
    expect(made.again).toEqual([]);
  });
});

describe('what a server lacks', () => {
  const messages = (manifest: object, current: RoleGraph, major?: number) =>
    plan(manifest, current, 'authoritative', facts(major)).problems.map(
      ({ message, fix }) => `${message}; ${fix}`,
    );

  it('is told with what to do, all at once', () => {
    const view: ObjectRef = { type: 'view', schema: 's', name: 'v' };
    const current = world(['r', 'analyst'], [object(view)]);
    const grants = [
      grant('v', ['SELECT']),
      grant('gone', ['SELECT'], {}, 'analist'),
      { role: 'r', privileges: ['CONNECT'], object: { type: 'database', name: 'other' } },
      { role: 'r', privileges: ['USAGE'], object: { type: 'schema', name: 'nowhere' } },
    ];
    expect(messages({ ...declared, grants }, current)).toEqual([
      'table `s.v` does not exist; it is a view: write `type: view`',
      'grantee `analist` does not exist; did you mean `analyst`?',
      'table `s.gone` does not exist; create it first, or remove the grant',
      'database `other` is not the connected one, `db`; connect to it, or move the grant to its manifest',
      'schema `nowhere` does not exist; create it, or declare it under `schemas`',
    ]);
  });

  it('includes what came with later versions', () => {
    const current = world(['r'], [object(table('a'), [], 'postgres', 15)]);
    const memberships = [{ role: 'pg_maintain', members: [{ name: 'r', set: false }] }];
    const manifest = { ...declared, grants: [grant('a', ['MAINTAIN'])], memberships };
    expect(messages(manifest, current, 15)).toEqual([
      'MAINTAIN came with PostgreSQL 17, this server is 15; upgrade the server, or leave it out',
      'role `pg_maintain` came with PostgreSQL 17, this server is 15; upgrade the server, or leave it out',
      '`set: false` of a membership came with PostgreSQL 16, this server is 15; upgrade the server, or leave it out',
    ]);
    expect(messages({ ...declared, grants: [grant('a', ['ALL'])] }, current, 15)).toEqual([]);
  });
});

describe('texts and digests', () => {
  it('quotes whatever a name holds', () => {
    const name = 'f"; drop';
    const ref: ObjectRef = { type: 'function', schema: 's', name: `${name}(s."we(ird", integer)` };
    const change = {
      kind: 'grant',
      grantee: 'PUBLIC',
      privileges: maskOf(['EXECUTE']),
      grantable: false,
      type: 'function',
      objects: [ref],
    } as const;
    expect(render(change, facts())).toEqual([
      'GRANT ALL PRIVILEGES ON FUNCTION "s"."f""; drop"(s."we(ird", integer) TO "PUBLIC"',
    ]);
    expect(render({ kind: 'set_comment', role: 'r', comment: "it's \\ so" }, facts())).toEqual([
      `COMMENT ON ROLE "r" IS E'it''s \\\\ so'`,
    ]);
  });

  it('shows no verifier, and has none in the digest', () => {
    const change = { kind: 'set_password', role: 'r' } as const;
    expect(render(change, facts())).toEqual([`ALTER ROLE "r" PASSWORD '[REDACTED]'`]);
    expect(effectsDigest([change], facts())).toBe(effectsDigest([{ ...change }], facts()));
    expect(effectsDigest([change], facts())).not.toBe(effectsDigest([], facts()));
  });
});
