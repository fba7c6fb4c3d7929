import { allDefaultPrivileges, compare, defaultAclOf, isFullOwner } from './acl.js';
import { foldedGrants, objectGrants } from './export-grants.js';
import { rightsOf, said } from './export-rights.js';
import type { MembershipState, ObjectState, RoleGraph, RoleState, RowPolicy, ServerFacts } from './graph.js';
import type { ManifestInput } from './manifest.js';
import { isPredefinedRole } from './names.js';
import { PUBLIC } from './objects.js';
import { isSystemRole } from './standing.js';

type Section<K extends keyof ManifestInput> = NonNullable<ManifestInput[K]>;
type DefaultGrant = NonNullable<Section<'default_privileges'>[number]['grant']>[number];

export interface ExportOptions {
  /**
   * Rights that all objects of a kind in a schema have are said once, with `*`: as much today, and much shorter. Objects
   * that are made later are then meant, too.
   */
  readonly folded?: boolean;
}

/**
 * A manifest, without profiles, that describes what a database holds: planning with it changes nothing. Passwords are never
 * in it. Rights that PostgreSQL gives by itself (an owner's own, PUBLIC's defaults) are only mentioned where they differ.
 */
export function exportManifest(
  graph: RoleGraph,
  facts: ServerFacts,
  { folded = false }: ExportOptions = {},
): ManifestInput {
  const roles = [...graph.roles.values()].filter(({ name }) => isOurs(name, facts)).map(roleEntry);
  const objects = [...graph.objects].sort(([a], [b]) => compare(a, b)).map(([, object]) => object);
  const sections: ManifestInput = {
    schemas: objects.flatMap((object) => schemaEntry(object, facts)),
    roles: roles.sort((a, b) => compare(a.name, b.name)),
    grants: folded ? foldedGrants(objects, facts) : objects.flatMap((object) => objectGrants(object, facts)),
    default_privileges: defaultEntries(graph, facts),
    memberships: membershipEntries(graph, facts),
    row_security: rowSecurityEntries(graph),
  };
  return Object.fromEntries(
    Object.entries(sections).filter(([, entries]) => Array.isArray(entries) && entries.length > 0),
  );
}

/** Whoever inspects is a role like any other here. */
function isOurs(name: string, facts: ServerFacts): boolean {
  return !isSystemRole(name, { ...facts, currentUser: facts.bootstrapUser });
}

function isSystemSchema(name: string): boolean {
  return name.startsWith('pg_') || name === 'information_schema';
}

/** An owner that lacks what every declared owner gets is not declared, so that nothing is given back. */
function schemaEntry({ ref, owner, acl }: ObjectState, { major }: ServerFacts): Section<'schemas'> {
  if (ref.type !== 'schema' || isSystemSchema(ref.name)) return [];
  const isDeclared = owner !== undefined && isFullOwner(acl, owner, 'schema', major);
  return [{ name: ref.name, ...(isDeclared && { owner }) }];
}

function roleEntry(role: RoleState): Section<'roles'>[number] {
  const flags = ['login', 'superuser', 'createdb', 'createrole', 'replication', 'bypassrls'] as const;
  return {
    name: role.name,
    ...Object.fromEntries(flags.filter((flag) => role[flag]).map((flag) => [flag, true])),
    ...(!role.inherit && { inherit: false }),
    ...(role.connectionLimit !== -1 && { connection_limit: role.connectionLimit }),
    ...(role.comment !== null && { comment: role.comment }),
    ...(role.validUntil !== null && { password_valid_until: role.validUntil.replace('.000Z', 'Z') }),
    ...(role.config.size > 0 && { config: Object.fromEntries(role.config) }),
    ...(role.databaseConfig.size > 0 && { database_config: Object.fromEntries(role.databaseConfig) }),
  };
}

function defaultEntries(graph: RoleGraph, { major }: ServerFacts): Section<'default_privileges'> {
  const entries = new Map<string, { owner: string; schema: string | null; grant: DefaultGrant[] }>();
  for (const [, state] of [...graph.defaults].sort(([a], [b]) => compare(a, b))) {
    const { owner, schema, on, acl } = state;
    const all = allDefaultPrivileges(on, major);
    const rights =
      schema === null
        ? rightsOf(acl, defaultAclOf(on, owner, major), owner, all)
        : rightsOf(acl, [], undefined, 0);
    if (rights.length === 0) continue;
    const key = `${owner}\0${schema ?? ''}`;
    const entry = entries.get(key) ?? { owner, schema, grant: [] };
    entry.grant.push(...rights.map((right) => ({ ...said(right), on_type: on })));
    entries.set(key, entry);
  }
  return [...entries.values()].map(({ owner, schema, grant }) => ({
    owner,
    ...(schema === null ? { scope: { type: 'global' as const } } : { schema }),
    grant,
  }));
}

function membershipEntries(graph: RoleGraph, { major }: ServerFacts): Section<'memberships'> {
  return [...graph.memberships]
    .filter(([group, members]) => members.size > 0 && group !== 'pg_database_owner')
    .sort(([a], [b]) => compare(a, b))
    .map(([group, members]) => ({ group, members: membersOf(group, members) }))
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => ({
      role: group,
      members: members.map(([name, state]) => ({
        name,
        ...(state.admin && { admin: true }),
        // Before 16 both belong to the roles, not to the membership.
        ...(major >= 16 && !state.inherit && { inherit: false }),
        ...(major >= 16 && !state.set && { set: false }),
      })),
    }));
}

/** PostgreSQL's own roles are in each other (`pg_monitor`): that is no decision of anybody here. */
function membersOf(
  group: string,
  members: ReadonlyMap<string, MembershipState>,
): [string, MembershipState][] {
  return [...members]
    .filter(([member]) => !(isPredefinedRole(group) && isPredefinedRole(member)))
    .sort(([a], [b]) => compare(a, b));
}

function rowSecurityEntries(graph: RoleGraph): Section<'row_security'> {
  return [...graph.rowSecurity]
    .sort(([a], [b]) => compare(a, b))
    .filter(([, { enabled, forced, policies }]) => enabled || forced || policies.size > 0)
    .map(([, { table, enabled, forced, policies }]) => ({
      schema: table.schema ?? '',
      table: table.name,
      ...(!enabled && { enabled: false }),
      ...(forced && { forced: true }),
      ...(policies.size > 0 && {
        policies: [...policies.values()].sort((a, b) => compare(a.name, b.name)).map(policyEntry),
      }),
    }));
}

function policyEntry({ name, permissive, command, roles, using, check }: RowPolicy): PolicyEntry {
  return {
    name,
    ...(!permissive && { permissive: false }),
    ...(command !== 'ALL' && { command }),
    ...((roles.length !== 1 || roles[0] !== PUBLIC) && {
      roles: roles.map((role) => (role === PUBLIC ? 'PUBLIC' : role)),
    }),
    ...(using !== null && { using }),
    ...(check !== null && { check }),
  };
}
type PolicyEntry = NonNullable<Section<'row_security'>[number]['policies']>[number];
