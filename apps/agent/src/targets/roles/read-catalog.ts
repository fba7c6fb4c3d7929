import type {
  AclEntryRow,
  CatalogRows,
  ColumnRow,
  Columns,
  DefaultRow,
  Desired,
  InspectionScope,
  MembershipRow,
  ObjectRow,
  RoleRow,
  RowPolicy,
  RowSecurityRow,
} from '@postern/core/roles';
import { objectKey, PUBLIC } from '@postern/core/roles';
import type { RolesConnection } from './connection.js';
import { COLUMN_NAMES, COLUMNS, DEFAULTS, objects, ROW_SECURITY } from './inspect/objects.sql.js';
import { memberships, ROLES, VERIFIERS } from './inspect/roles.sql.js';

/** grantee oid (0: PUBLIC), grantor oid, privileges, those of them with grant option */
type Entry = readonly [string, string, readonly string[], readonly string[] | null];
interface Group<Thing> {
  readonly entries: readonly Entry[];
  readonly things: readonly Thing[];
}
type RoleNames = ReadonlyMap<string, string>;

/**
 * Reads the part of the catalog that `scope` names, in seven queries whatever its size. To be called in a transaction of
 * the connection, so that all of it is one moment. `verifiersOf`: roles whose stored password is to be compared.
 */
export async function readCatalog(
  connection: RolesConnection,
  scope: InspectionScope,
  verifiersOf: readonly string[] = [],
): Promise<CatalogRows> {
  const { facts } = connection;
  const { roles, names } = await readRoles(connection, verifiersOf);
  const lists = new AclLists(names);
  const schemas = scope.schemas === null ? null : [...scope.schemas];
  return {
    facts,
    roles,
    memberships: await connection.rows<MembershipRow>(memberships(facts.major)),
    objects: await readObjects(connection, scope, lists, names),
    columns: await readColumns(connection, schemas, lists),
    defaults: await readDefaults(connection, scope, lists, names),
    rowSecurity: await readRowSecurity(connection, scope, names),
    aclEntries: lists.rows,
  };
}

async function readRoles(
  connection: RolesConnection,
  verifiersOf: readonly string[],
): Promise<{ roles: RoleRow[]; names: RoleNames }> {
  const rows = await connection.rows<RoleRow & { oid: string }>(ROLES);
  const verifiers = new Map<string, string>();
  if (verifiersOf.length > 0 && connection.facts.mayReadVerifiers) {
    const found = await connection.rows<{ name: string; verifier: string }>(VERIFIERS, [verifiersOf]);
    for (const { name, verifier } of found) verifiers.set(name, verifier);
  }
  const roles = rows.map(({ oid: _, ...role }) => {
    const verifier = verifiers.get(role.name);
    return verifier === undefined ? role : { ...role, verifier };
  });
  return { roles, names: new Map(rows.map(({ oid, name }) => [oid, name])) };
}

/** Gives each list of rights an id, and names the roles in it. */
class AclLists {
  readonly rows: AclEntryRow[] = [];
  #count = 0;
  constructor(private readonly names: RoleNames) {}

  add(entries: readonly Entry[]): string {
    const acl = String(this.#count++);
    for (const [granteeOid, grantorOid, privileges, grantable] of entries) {
      const grantee = granteeOid === '0' ? null : this.names.get(granteeOid);
      const grantor = this.names.get(grantorOid);
      // A role that is gone has no name and no rights.
      if (grantee === undefined || grantor === undefined) continue;
      this.rows.push({ acl, grantee, grantor, privileges, grantable: grantable ?? [] });
    }
    return acl;
  }
}

async function readObjects(
  connection: RolesConnection,
  scope: InspectionScope,
  lists: AclLists,
  names: RoleNames,
): Promise<ObjectRow[]> {
  const groups = await connection.rows<Group<[ObjectRow['type'], string | null, string, string | null]>>(
    objects(connection.facts.major),
    [
      scope.schemas === null ? null : [...scope.schemas],
      [...scope.schemaOwners],
      scope.database,
      JSON.stringify(
        Object.fromEntries(
          [...scope.others].map(([type, wanted]) => [type, wanted === null ? null : [...wanted]]),
        ),
      ),
    ],
  );
  const rows: ObjectRow[] = [];
  for (const { entries, things } of groups) {
    const acl = lists.add(entries);
    for (const [type, schema, name, owner] of things)
      rows.push({ type, schema, name, owner: owner === null ? null : (names.get(owner) ?? null), acl });
  }
  return rows;
}

async function readColumns(
  connection: RolesConnection,
  schemas: readonly string[] | null,
  lists: AclLists,
): Promise<ColumnRow[]> {
  const groups = await connection.rows<Group<[ColumnRow['type'], string, string, string]>>(COLUMNS, [
    schemas,
  ]);
  return groups.flatMap(({ entries, things }) => {
    const acl = lists.add(entries);
    return things.map(([type, schema, table, column]) => ({ type, schema, table, column, acl }));
  });
}

async function readDefaults(
  connection: RolesConnection,
  { schemas, leavers }: InspectionScope,
  lists: AclLists,
  names: RoleNames,
): Promise<DefaultRow[]> {
  const groups = await connection.rows<Group<[string, string | null, DefaultRow['on']]>>(DEFAULTS, [
    schemas === null ? null : [...schemas],
    leavers === null ? null : [...leavers],
  ]);
  return groups.flatMap(({ entries, things }) => {
    const acl = lists.add(entries);
    return things.flatMap(([oid, schema, on]) => {
      const owner = names.get(oid);
      return owner === undefined ? [] : [{ owner, schema, on, acl }];
    });
  });
}

async function readRowSecurity(
  connection: RolesConnection,
  { schemas, rowSecurity }: InspectionScope,
  names: RoleNames,
): Promise<RowSecurityRow[]> {
  if (rowSecurity?.size === 0) return [];
  const rows = await connection.rows<RowSecurityRow>(ROW_SECURITY, [schemas === null ? null : [...schemas]]);
  return rows
    .filter(({ schema, table }) => rowSecurity === null || rowSecurity.has(`${schema}\0${table}`))
    .map((row) => ({ ...row, policies: row.policies.map((policy) => withRoleNames(policy, names)) }));
}

function withRoleNames(policy: RowPolicy, names: RoleNames): RowPolicy {
  const roles = policy.roles.map((oid) => (oid === '0' ? PUBLIC : names.get(oid)));
  return { ...policy, roles: roles.filter((name) => name !== undefined).sort() };
}

/** Columns of what the manifest's column grants are on, so that a misspelt one is told with its place. */
export async function readColumnNames(connection: RolesConnection, { grants }: Desired): Promise<Columns> {
  const objects = new Map(
    grants.flatMap(({ object, columns, ensure }) =>
      columns === null || ensure === 'absent' ? [] : [[objectKey(object), object] as const],
    ),
  );
  if (objects.size === 0) return new Map();
  const refs = [...objects.values()];
  const rows = await connection.rows<
    Pick<ObjectRow, 'type' | 'name'> & { schema: string; columns: string[] }
  >(COLUMN_NAMES, [refs.map(({ schema }) => schema), refs.map(({ name }) => name)]);
  return new Map(rows.map((row) => [objectKey(row), new Set(row.columns)]));
}
