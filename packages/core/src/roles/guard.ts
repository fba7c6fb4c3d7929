import { guardGroup, guardMasksWith, guardNames, guardRole } from '../policy/guard.js';
import { PERMISSION_BIT, type Permission, type PermissionMask, permissionsOf } from '../policy/permission.js';
import { inspectionScope } from './catalog-scope.js';
import type { Change } from './changes.js';
import type { Desired } from './desired.js';
import type { PathSegment } from './document.js';
import { expand } from './expand.js';
import type { RoleGraph } from './graph.js';
import { type ManifestInput, manifestModel } from './manifest.js';

/** Which guard roles a connection's rules take, and which were made before and are not needed any more. */
export interface GuardRequest {
  /** Slug of the connection. */
  readonly connection: string;
  readonly masks: readonly PermissionMask[];
  readonly retire: readonly PermissionMask[];
}

/** What of a database the guard roles are about. */
export interface GuardedDatabase {
  /** null: the login that applies may grant nothing on it, so that PUBLIC's CONNECT has to do. */
  readonly database: string | null;
  /** Of the server. */
  readonly major: number;
  /** All but PostgreSQL's own, each with the roles whose later objects are to be covered as well. */
  readonly schemas: readonly {
    readonly name: string;
    readonly owners: readonly string[];
    /** Rights on the schema itself are somebody else's to grant: what PUBLIC has has to do. */
    readonly isOthers?: boolean;
  }[];
  /** Functions of extensions that their scripts keep from PUBLIC: no rule but one with admin allows them. */
  readonly closed: readonly {
    readonly type: 'function' | 'procedure';
    readonly schema: string;
    readonly name: string;
  }[];
  /** Who gets what a retired guard role made. */
  readonly heir: string;
}

type Grant = NonNullable<ManifestInput['grants']>[number];
type Words = Grant['privileges'];
type Kind = Grant['object']['type'];

/** On every object of these kinds in a schema. */
interface InSchema {
  readonly schema: Words;
  readonly objects: readonly (readonly [kinds: readonly Kind[], privileges: Words, since?: number])[];
  readonly later: readonly (readonly [on: 'table' | 'sequence' | 'function', privileges: Words])[];
  readonly database?: Words;
}

/**
 * What a permission comes to as grants, never more than the permission allows (PERMISSIONS.md). What grants cannot say is left
 * out: ALTER and DROP belong to an object's owner, and a WHERE over a table takes SELECT on it, also of an UPDATE.
 */
const RIGHTS: Readonly<Partial<Record<Permission, InSchema>>> = {
  read: {
    schema: ['USAGE'],
    objects: [[['table', 'view', 'materialized_view', 'foreign_table', 'sequence'], ['SELECT']]],
    later: [
      ['table', ['SELECT']],
      ['sequence', ['SELECT']],
    ],
  },
  write: {
    schema: ['USAGE'],
    objects: [
      [
        ['table', 'view', 'foreign_table'],
        ['INSERT', 'UPDATE', 'DELETE'],
      ],
      [['sequence'], ['USAGE', 'UPDATE']],
    ],
    later: [
      ['table', ['INSERT', 'UPDATE', 'DELETE']],
      ['sequence', ['USAGE', 'UPDATE']],
    ],
  },
  execute: {
    schema: ['USAGE'],
    objects: [[['function', 'procedure'], ['EXECUTE']]],
    later: [['function', ['EXECUTE']]],
  },
  ddl: {
    schema: ['USAGE', 'CREATE'],
    objects: [
      [['table'], ['TRUNCATE', 'REFERENCES', 'TRIGGER']],
      [['table', 'materialized_view'], ['MAINTAIN'], 17],
    ],
    later: [['table', ['TRUNCATE', 'REFERENCES', 'TRIGGER']]],
    database: ['CREATE', 'TEMPORARY'],
  },
};

/** Permissions that any of these masks has. */
const permissionsIn = (masks: readonly PermissionMask[]): Permission[] =>
  permissionsOf(masks.reduce((all, mask) => all | mask, 0));

/**
 * The guard roles of a connection as a manifest: a group for each permission in use, which holds what it comes to in every
 * schema, and a login for each mask, a member of the groups of its permissions. Same input, same manifest.
 */
export function guardManifest(request: GuardRequest, database: GuardedDatabase): ManifestInput {
  const { connection, masks } = request;
  const permissions = permissionsIn(masks);
  const groups = permissions.map((permission) => ({
    name: guardGroup(connection, permission),
    comment: `Postern: what ${permission} comes to on ${connection}`,
    config: {},
  }));
  const logins = masks.map((mask) => ({
    name: guardRole(connection, mask),
    login: true,
    comment: `Postern: people with ${permissionsOf(mask).join(', ') || 'neither read nor write'} on ${connection}`,
    config: {},
  }));
  return {
    roles: [...groups, ...logins],
    grants: [
      ...logins.flatMap(({ name }) => onDatabase(database, name, ['CONNECT'])),
      ...permissions.flatMap((permission) =>
        grantsOf(guardGroup(connection, permission), permission, database),
      ),
    ],
    default_privileges: defaultsOf(connection, permissions, database),
    memberships: permissions.map((permission) => ({
      role: guardGroup(connection, permission),
      exclusive: true,
      members: guardMasksWith(permission, masks).map((mask) => ({ name: guardRole(connection, mask) })),
    })),
    retirements: retirementsOf(request, database.heir),
  };
}

const onDatabase = ({ database }: GuardedDatabase, role: string, privileges: Words): Grant[] =>
  database === null ? [] : [{ role, privileges, object: { type: 'database', name: database } }];

function grantsOf(role: string, permission: Permission, around: GuardedDatabase): Grant[] {
  const rights = RIGHTS[permission];
  if (rights === undefined) return [];
  const ofDatabase = rights.database ? onDatabase(around, role, rights.database) : [];
  const inSchemas = around.schemas.flatMap(({ name: schema, isOthers }): Grant[] => [
    ...(isOthers
      ? []
      : [{ role, privileges: rights.schema, object: { type: 'schema' as const, name: schema } }]),
    ...rights.objects
      .filter(([, , since = 0]) => around.major >= since)
      .flatMap(([kinds, privileges]) =>
        kinds.map((type): Grant => ({ role, privileges, object: { type, schema, name: '*' } })),
      ),
  ]);
  const closed = permission === 'execute' ? around.closed : [];
  const exceptions = closed.map(
    (object): Grant => ({ role, privileges: ['EXECUTE'], object, ensure: 'absent' }),
  );
  return [...ofDatabase, ...inSchemas, ...exceptions];
}

function defaultsOf(
  connection: string,
  permissions: readonly Permission[],
  { schemas }: GuardedDatabase,
): NonNullable<ManifestInput['default_privileges']> {
  const grant = permissions.flatMap((permission) =>
    (RIGHTS[permission]?.later ?? []).map(([on_type, privileges]) => ({
      role: guardGroup(connection, permission),
      privileges,
      on_type,
    })),
  );
  if (grant.length === 0) return [];
  return schemas.flatMap(({ name: schema, owners }) => owners.map((owner) => ({ owner, schema, grant })));
}

/** Only who holds ddl can have made something that lasts: it goes on to somebody else instead of being dropped. */
function retirementsOf(
  { connection, masks, retire }: GuardRequest,
  heir: string,
): NonNullable<ManifestInput['retirements']> {
  const gone = retire.filter((mask) => !masks.includes(mask));
  const kept = permissionsIn(masks);
  const logins = gone.map((mask) => ({
    role: guardRole(connection, mask),
    drop_owned: true,
    ...((mask & PERMISSION_BIT.ddl) === 0 ? {} : { reassign_owned_to: heir }),
  }));
  const groups = permissionsIn(gone)
    .filter((permission) => !kept.includes(permission))
    .map((permission) => ({ role: guardGroup(connection, permission), drop_owned: true }));
  return [...logins, ...groups];
}

/** Where problems with guard roles are said to be. */
const PLACE = { file: 'IAM rules', line: 1, column: 1 };
const placeOf = (path: readonly PathSegment[]) => ({ ...PLACE, path: path.join('.') });

/**
 * What a manifest wants, and the guard roles beside it. The manifest may give them more (a membership, say); what they are and
 * that they are there is not its to say.
 */
export function withGuards(desired: Desired, request: GuardRequest, database: GuardedDatabase): Desired {
  const names = guardNames(request.connection);
  const { desired: guards } = expand(manifestModel.parse(guardManifest(request, database)), placeOf);
  const others = <Value>(map: ReadonlyMap<string, Value>) => [...map].filter(([name]) => !names.has(name));
  return {
    ...desired,
    roles: sorted([...others(desired.roles), ...guards.roles]),
    externalRoles: new Map(others(desired.externalRoles)),
    grants: [...desired.grants, ...guards.grants],
    defaults: [...desired.defaults, ...guards.defaults],
    memberships: sorted([...others(desired.memberships), ...guards.memberships]),
    retirements: [...desired.retirements.filter(({ role }) => !names.has(role)), ...guards.retirements],
    guards: { roles: names, manifest: inspectionScope(desired) },
  };
}

const sorted = <Value>(entries: readonly (readonly [string, Value])[]): Map<string, Value> =>
  new Map(entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));

/** A database without its guard roles, for manifests that are made from it: they are the rules' to make. */
export function withoutGuards(graph: RoleGraph, connection: string): RoleGraph {
  const names = guardNames(connection);
  const own = <Value>(map: ReadonlyMap<string, Value>) =>
    new Map([...map].filter(([name]) => !names.has(name)));
  const acl = <Entry extends { readonly grantee: string }>(entries: readonly Entry[]) =>
    entries.some(({ grantee }) => names.has(grantee))
      ? entries.filter(({ grantee }) => !names.has(grantee))
      : entries;
  return {
    ...graph,
    roles: own(graph.roles),
    memberships: new Map([...own(graph.memberships)].map(([group, members]) => [group, own(members)])),
    objects: new Map(
      [...graph.objects].map(([key, state]) => [
        key,
        {
          ...state,
          acl: acl(state.acl),
          ...(state.columns && {
            columns: new Map([...state.columns].map(([name, entries]) => [name, acl(entries)])),
          }),
        },
      ]),
    ),
    defaults: new Map(
      [...graph.defaults]
        .filter(([, { owner }]) => !names.has(owner))
        .map(([key, state]) => [key, { ...state, acl: acl(state.acl) }] as const)
        .filter(([, state]) => state.schema === null || state.acl.length > 0),
    ),
  };
}

/** True for changes that the guard roles of a connection take, and no manifest. */
export function isAboutGuards(change: Change, connection: string): boolean {
  const names = guardNames(connection);
  if ('grantee' in change) return names.has(change.grantee);
  if ('member' in change) return names.has(change.member) || names.has(change.group);
  return 'role' in change && names.has(change.role);
}
