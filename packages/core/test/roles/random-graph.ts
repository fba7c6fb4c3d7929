import fc from 'fast-check';
import {
  allDefaultPrivileges,
  allPrivileges,
  defaultAcl,
  defaultAclOf,
  sorted,
} from '../../src/roles/acl.js';
import {
  type Acl,
  type AclEntry,
  type DefaultState,
  defaultKey,
  type MembershipState,
  type ObjectState,
  objectKey,
  type RoleGraph,
  type RoleState,
  type RowSecurityState,
  type ServerFacts,
} from '../../src/roles/graph.js';
import { type ObjectRef, PUBLIC } from '../../src/roles/objects.js';

/** Databases as an inspection could find them: every list has the owner as grantor. */
export interface Found {
  readonly graph: RoleGraph;
  readonly facts: ServerFacts;
}

const ROLES = ['amy', 'bob', 'no', "o'brien", 'Ünal "x"', 'app-reader'];
const SCHEMAS = ['app', 'public', 'odd "schema"'];

export function factsOf(major: number): ServerFacts {
  return {
    major,
    database: 'db',
    systemIdentifier: '1',
    currentUser: 'amy',
    bootstrapUser: 'postgres',
    isSuperuser: true,
    provider: null,
  };
}

const maskIn = (all: number) => fc.nat({ max: 0x7fff }).map((mask) => mask & all);

/** The owner's entry, PUBLIC's and any others'; or the list that PostgreSQL starts with. */
function aclOf(owner: string, all: number, usual: Acl): fc.Arbitrary<Acl> {
  const grantee = fc.constantFrom(...ROLES, PUBLIC, 'postgres', 'pg_monitor');
  const entry = fc.record({ grantee, privileges: maskIn(all), grantable: maskIn(all) });
  const own = fc.oneof({ weight: 3, arbitrary: fc.constant(all) }, { weight: 1, arbitrary: maskIn(all) });
  const list = fc.tuple(own, fc.uniqueArray(entry, { maxLength: 4, selector: (each) => each.grantee }));
  const written = list.map(([mask, entries]) => {
    const others = entries.filter((each) => each.grantee !== owner);
    const acl: AclEntry[] = others.map((each) => ({
      grantee: each.grantee,
      grantor: owner,
      privileges: each.privileges,
      grantable: each.grantee === PUBLIC ? 0 : each.grantable & each.privileges,
    }));
    acl.push({ grantee: owner, grantor: owner, privileges: mask, grantable: 0 });
    return sorted(acl.filter(({ privileges }) => privileges !== 0));
  });
  return fc.oneof(fc.constant(usual), written);
}

function objectOf(ref: ObjectRef, major: number): fc.Arbitrary<ObjectState> {
  return fc.constantFrom(...ROLES, 'postgres').chain((owner) => {
    const acl = aclOf(owner, allPrivileges(ref.type, major), defaultAcl(ref.type, owner, major));
    if (ref.type !== 'table') return acl.map((list) => ({ ref, owner, acl: list }));
    const columns = fc.uniqueArray(fc.tuple(fc.constantFrom('id', 'Name'), columnAcl(owner)), {
      selector: ([name]) => name,
      maxLength: 2,
    });
    return fc.tuple(acl, columns).map(([list, found]) => {
      const held = found.filter(([, own]) => own.length > 0);
      return { ref, owner, acl: list, ...(held.length > 0 && { columns: new Map(held) }) };
    });
  });
}

/** SELECT, INSERT, UPDATE, REFERENCES of somebody who is not the owner. */
const columnAcl = (owner: string): fc.Arbitrary<Acl> =>
  fc
    .record({ grantee: fc.constantFrom(...ROLES), privileges: maskIn(0b100111) })
    .map(({ grantee, privileges }) =>
      grantee === owner || privileges === 0 ? [] : [{ grantee, grantor: owner, privileges, grantable: 0 }],
    );

function refs(): ObjectRef[] {
  return [
    { type: 'database', name: 'db' },
    { type: 'language', name: 'plpgsql' },
    ...SCHEMAS.flatMap((schema): ObjectRef[] => [
      { type: 'schema', name: schema },
      { type: 'table', schema, name: 't1' },
      { type: 'view', schema, name: 'v' },
      { type: 'sequence', schema, name: 'yes' },
      { type: 'function', schema, name: 'f(integer, text[])' },
      { type: 'procedure', schema, name: 'p()' },
      { type: 'domain', schema, name: 'd' },
    ]),
  ];
}

const roleOf = (name: string): fc.Arbitrary<RoleState> =>
  fc.record({
    name: fc.constant(name),
    login: fc.boolean(),
    superuser: fc.boolean(),
    createdb: fc.boolean(),
    createrole: fc.boolean(),
    inherit: fc.boolean(),
    replication: fc.boolean(),
    bypassrls: fc.boolean(),
    connectionLimit: fc.constantFrom(-1, 0, 7),
    validUntil: fc.constantFrom(null, '2027-01-31T00:00:00.000Z', '2027-01-31T00:00:00.125Z'),
    comment: fc.constantFrom(null, "it's", 'two\nlines: "x" # y', ' pad ', 'on', '1'),
    config: fc.constantFrom(
      new Map<string, string>(),
      new Map([['work_mem', '64MB']]),
      new Map([['TimeZone', 'UTC']]),
    ),
    databaseConfig: fc.constantFrom(new Map<string, string>(), new Map([['search_path', '"$user", public']])),
  });

function membershipsOf(major: number): fc.Arbitrary<RoleGraph['memberships']> {
  const names = [...ROLES, 'pg_monitor'];
  const edge = fc.record({
    group: fc.nat({ max: names.length - 1 }),
    member: fc.nat({ max: ROLES.length - 1 }),
    admin: fc.boolean(),
    inherit: fc.boolean(),
    set: fc.boolean(),
  });
  return fc.array(edge, { maxLength: 8 }).map((edges) => {
    const groups = new Map<string, Map<string, MembershipState>>();
    for (const { group, member, ...options } of edges) {
      if (group <= member) continue;
      const flags = major < 16 ? { ...options, set: true } : options;
      const members = groups.get(names[group] ?? '') ?? new Map<string, MembershipState>();
      members.set(names[member] ?? '', { ...flags, grants: [{ grantor: 'postgres', ...flags }] });
      groups.set(names[group] ?? '', members);
    }
    return groups;
  });
}

function defaultsOf(major: number): fc.Arbitrary<RoleGraph['defaults']> {
  const key = fc.record({
    owner: fc.constantFrom(...ROLES),
    schema: fc.constantFrom(null, ...SCHEMAS),
    on: fc.constantFrom('table' as const, 'sequence' as const, 'function' as const, 'type' as const),
  });
  const state = key.chain((found) => {
    const { owner, schema, on } = found;
    const usual = schema === null ? defaultAclOf(on, owner, major) : [];
    return aclOf(owner, allDefaultPrivileges(on, major), usual).map(
      (acl): DefaultState => ({ ...found, acl }),
    );
  });
  return fc
    .array(state, { maxLength: 4 })
    .map(
      (states) => new Map(states.filter(({ acl }) => acl.length > 0).map((each) => [defaultKey(each), each])),
    );
}

const rowSecurityOf: fc.Arbitrary<RoleGraph['rowSecurity']> = fc
  .record({
    enabled: fc.boolean(),
    forced: fc.boolean(),
    roles: fc.constantFrom([PUBLIC], ['amy'], ['amy', PUBLIC]),
    using: fc.constantFrom(null, '(owner = (CURRENT_USER)::text)'),
    permissive: fc.boolean(),
    count: fc.nat({ max: 2 }),
  })
  .map(({ enabled, forced, count, ...policy }) => {
    const table = { type: 'table', schema: 'app', name: 't1' } as const;
    const policies = new Map(
      ['p', 'Q']
        .slice(0, count)
        .map((name) => [name, { name, command: 'ALL' as const, check: null, ...policy }]),
    );
    const state: RowSecurityState = { table, enabled, forced, policies };
    return new Map([[objectKey(table), state]]);
  });

/** Random databases of one version. */
export function found(major: number): fc.Arbitrary<Found> {
  return fc
    .tuple(
      fc.tuple(...ROLES.map(roleOf)),
      fc.tuple(...refs().map((ref) => objectOf(ref, major))),
      membershipsOf(major),
      defaultsOf(major),
      rowSecurityOf,
    )
    .map(([roles, objects, memberships, defaults, rowSecurity]) => {
      const all = [
        ...roles,
        { ...SYSTEM, name: 'postgres', superuser: true, login: true },
        { ...SYSTEM, name: 'pg_monitor' },
      ];
      const byName = new Map(all.map((role): [string, RoleState] => [role.name, role]));
      const settled = major >= 16 ? memberships : inheritingLikeRoles(memberships, byName);
      return {
        facts: factsOf(major),
        graph: {
          roles: byName,
          memberships: settled,
          objects: new Map(objects.map((object) => [objectKey(object.ref), object])),
          defaults,
          rowSecurity,
        },
      };
    });
}

/** Before 16 a membership inherits when the member does. */
function inheritingLikeRoles(
  memberships: RoleGraph['memberships'],
  roles: RoleGraph['roles'],
): RoleGraph['memberships'] {
  return new Map(
    [...memberships].map(([group, members]) => [
      group,
      new Map(
        [...members].map(([member, state]) => {
          const inherit = roles.get(member)?.inherit ?? true;
          return [
            member,
            { ...state, inherit, grants: state.grants.map((grant) => ({ ...grant, inherit })) },
          ];
        }),
      ),
    ]),
  );
}

const SYSTEM = {
  login: false,
  superuser: false,
  createdb: false,
  createrole: false,
  inherit: true,
  replication: false,
  bypassrls: false,
  connectionLimit: -1,
  validUntil: null,
  comment: null,
  config: new Map<string, string>(),
  databaseConfig: new Map<string, string>(),
};
