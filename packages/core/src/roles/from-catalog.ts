import { compare, sorted } from './acl.js';
import type { AclEntryRow, CatalogRows, MembershipRow, RoleRow, RowSecurityRow } from './catalog.js';
import {
  type Acl,
  type AclEntry,
  type DefaultState,
  defaultKey,
  type MembershipGrant,
  type MembershipState,
  type ObjectState,
  objectKey,
  type RoleGraph,
  type RoleState,
  type RowSecurityState,
} from './graph.js';
import { membership } from './members.js';
import { type ObjectRef, PRIVILEGES, type PrivilegeMask, PUBLIC } from './objects.js';

/** The graph of what an inspection read. Lists of rights with the same id become the same object. */
export function graphFromCatalog(rows: CatalogRows): RoleGraph {
  const acls = aclsOf(rows.aclEntries);
  const aclOf = (id: string): Acl => {
    const found = acls.get(id);
    if (found) return found;
    const empty: Acl = [];
    acls.set(id, empty);
    return empty;
  };
  return {
    roles: new Map([...rows.roles].sort(byName).map((row) => [row.name, roleOf(row)])),
    memberships: membershipsOf(rows.memberships),
    objects: objectsOf(rows, aclOf),
    defaults: new Map(
      rows.defaults
        .map((row): [string, DefaultState] => [defaultKey(row), { ...row, acl: aclOf(row.acl) }])
        .sort(byKey),
    ),
    rowSecurity: new Map(rows.rowSecurity.map(rowSecurityOf).sort(byKey)),
  };
}

const BIT_OF = new Map<string, PrivilegeMask>(PRIVILEGES.map((privilege, bit) => [privilege, 1 << bit]));

/** Unknown privileges (of a newer server) are no business of ours: they are never named, never revoked. */
function maskOfNames(names: readonly string[]): PrivilegeMask {
  let mask = 0;
  for (const name of names) mask |= BIT_OF.get(name) ?? 0;
  return mask;
}

function aclsOf(rows: readonly AclEntryRow[]): Map<string, Acl> {
  const entries = new Map<string, AclEntry[]>();
  for (const row of rows) {
    const privileges = maskOfNames(row.privileges);
    if (privileges === 0) continue;
    const entry = {
      grantee: row.grantee ?? PUBLIC,
      grantor: row.grantor,
      privileges,
      grantable: maskOfNames(row.grantable),
    };
    const list = entries.get(row.acl);
    if (list) list.push(entry);
    else entries.set(row.acl, [entry]);
  }
  return new Map<string, Acl>([...entries].map(([id, list]) => [id, sorted(list)]));
}

function roleOf({ config, databaseConfig, ...role }: RoleRow): RoleState {
  return { ...role, config: settingsOf(config), databaseConfig: settingsOf(databaseConfig) };
}

function settingsOf(config: readonly string[]): Map<string, string> {
  const pairs = config.map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return new Map(pairs.sort(byKey));
}

function membershipsOf(rows: readonly MembershipRow[]): Map<string, Map<string, MembershipState>> {
  const grants = new Map<string, Map<string, MembershipGrant[]>>();
  for (const { group, member, grantor, admin, inherit, set } of rows) {
    const members = grants.get(group) ?? new Map<string, MembershipGrant[]>();
    grants.set(group, members);
    const list = members.get(member) ?? [];
    members.set(member, list);
    list.push({ grantor, admin, inherit, set });
  }
  return new Map(
    [...grants].sort(byKey).map(([group, members]) => [
      group,
      new Map(
        [...members].sort(byKey).flatMap(([member, list]): [string, MembershipState][] => {
          const state = membership(list);
          return state ? [[member, state]] : [];
        }),
      ),
    ]),
  );
}

function objectsOf(rows: CatalogRows, aclOf: (id: string) => Acl): Map<string, ObjectState> {
  const columns = new Map<string, Map<string, Acl>>();
  for (const { type, schema, table, column, acl } of rows.columns) {
    const key = objectKey({ type, schema, name: table });
    const list = columns.get(key) ?? new Map<string, Acl>();
    columns.set(key, list);
    if (aclOf(acl).length > 0) list.set(column, aclOf(acl));
  }
  const objects = rows.objects.map(({ type, schema, name, owner, acl }): [string, ObjectState] => {
    const ref: ObjectRef = schema === null ? { type, name } : { type, schema, name };
    const key = objectKey(ref);
    const own = columns.get(key);
    const state = { ref, ...(owner !== null && { owner }), acl: aclOf(acl) };
    return [key, own && own.size > 0 ? { ...state, columns: own } : state];
  });
  return new Map(objects.sort(byKey));
}

function rowSecurityOf(row: RowSecurityRow): [string, RowSecurityState] {
  const table: ObjectRef = { type: 'table', schema: row.schema, name: row.table };
  const policies = [...row.policies]
    .sort(byName)
    .map((policy) => ({ ...policy, roles: [...policy.roles].sort(compare) }));
  return [
    objectKey(table),
    {
      table,
      enabled: row.enabled,
      forced: row.forced,
      policies: new Map(policies.map((policy) => [policy.name, policy])),
    },
  ];
}

const byName = (a: { readonly name: string }, b: { readonly name: string }) => compare(a.name, b.name);
const byKey = (a: readonly [string, unknown], b: readonly [string, unknown]) => compare(a[0], b[0]);
