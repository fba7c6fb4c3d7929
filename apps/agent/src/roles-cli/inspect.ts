import {
  type Desired,
  graphFromCatalog,
  inspectionScope,
  isSystemRole,
  type ObjectState,
  PUBLIC,
  privilegesOf,
  type RoleGraph,
  type ServerFacts,
  WHOLE_DATABASE,
} from '@postern/core/roles';
import { readCatalog } from '../targets/roles/read-catalog.js';
import { type DatabaseOptions, databaseUrl, withDatabase } from './database.js';
import { type ExitCode, type Io, type Paint, painter, print } from './io.js';
import { type ManifestOptions, namesManifest, readManifest } from './manifest-file.js';
import { serverText } from './plan-text.js';

export interface InspectOptions extends ManifestOptions, DatabaseOptions {
  readonly format: 'text' | 'json';
}

/** What there is: all of the database, or what a manifest manages. */
interface Inspection {
  readonly roles: readonly { name: string; login: boolean; superuser: boolean }[];
  readonly schemas: readonly { name: string; owner: string | null }[];
  readonly grants: number;
  readonly default_privileges: number;
  readonly memberships: readonly {
    group: string;
    member: string;
    admin: boolean;
    inherit: boolean;
    set: boolean;
  }[];
  /** For information: what everybody has, defaults of PostgreSQL included. */
  readonly public: readonly { type: string; name: string; privileges: readonly string[] }[];
}

export async function inspect(options: InspectOptions, io: Io): Promise<ExitCode> {
  const desired = namesManifest(options) ? readManifest(options).desired : undefined;
  return withDatabase<ExitCode>(databaseUrl(options, io.env), async (connection) => {
    const scope = desired === undefined ? WHOLE_DATABASE : inspectionScope(desired);
    const graph = await connection.transaction('rollback', async () =>
      graphFromCatalog(await readCatalog(connection, { ...scope, database: true })),
    );
    const found = inspection(graph, desired, connection.facts);
    const text =
      options.format === 'json'
        ? JSON.stringify({ schema_version: 'postern.roles_inspection.v1', ...found }, null, 2)
        : inspectionText(serverText(connection.facts), found, painter(io.stdout, io.env));
    await print(io.stdout, text);
    return 0;
  });
}

function inspection(graph: RoleGraph, desired: Desired | undefined, facts: ServerFacts): Inspection {
  const managed = managedRoles(desired, graph, facts);
  const isInScope = (role: string) => managed.has(role);
  const objects = [...graph.objects.values()];
  const memberships = [...graph.memberships].flatMap(([group, members]) =>
    [...members]
      .filter(([member]) => isInScope(group) || isInScope(member))
      .map(([member, { admin, inherit, set }]) => ({ group, member, admin, inherit, set })),
  );
  return {
    roles: [...graph.roles.values()]
      .filter(({ name }) => isInScope(name))
      .map(({ name, login, superuser }) => ({ name, login, superuser })),
    schemas: objects
      .filter(({ ref }) => ref.type === 'schema')
      .map(({ ref, owner }) => ({ name: ref.name, owner: owner ?? null })),
    grants: objects.reduce((sum, object) => sum + grantsOn(object, isInScope), 0),
    default_privileges: [...graph.defaults.values()].reduce(
      (sum, { acl, owner }) =>
        sum +
        acl.filter(({ grantee }) => grantee !== owner && grantee !== PUBLIC && isInScope(grantee)).length,
      0,
    ),
    memberships,
    public: objects.flatMap(publicRights),
  };
}

/** Roles that a manifest speaks of; without one all that are not PostgreSQL's own. */
export function managedRoles(
  desired: Desired | undefined,
  graph: RoleGraph,
  facts: ServerFacts,
): ReadonlySet<string> {
  if (desired === undefined || desired.manageAllRoles)
    // Whoever inspects is a role like any other here.
    return new Set(
      [...graph.roles.keys()].filter(
        (role) => !isSystemRole(role, { ...facts, currentUser: facts.bootstrapUser }),
      ),
    );
  const managed = new Set([
    ...desired.roles.keys(),
    ...desired.externalRoles.keys(),
    ...desired.memberships.keys(),
  ]);
  for (const { role } of desired.retirements) managed.add(role);
  for (const { grantee } of desired.grants) managed.add(grantee);
  return managed;
}

/** Entries that somebody made: what an owner and PUBLIC have by themselves is no grant. */
const grantsOn = ({ acl, owner }: ObjectState, isInScope: (role: string) => boolean): number =>
  acl.filter(({ grantee }) => grantee !== owner && grantee !== PUBLIC && isInScope(grantee)).length;

function publicRights({ ref, acl }: ObjectState): Inspection['public'] {
  if (ref.type !== 'schema' && ref.type !== 'database') return [];
  const mask = acl.reduce((all, entry) => (entry.grantee === PUBLIC ? all | entry.privileges : all), 0);
  return mask === 0 ? [] : [{ type: ref.type, name: ref.name, privileges: privilegesOf(mask) }];
}

function inspectionText(server: string, found: Inspection, paint: Paint): string {
  const section = (title: string, lines: readonly string[]) => [
    paint('bold', `${title} (${lines.length})`),
    ...lines.map((line) => `  ${line}`),
  ];
  return [
    paint('bold', server),
    ...section(
      'roles',
      found.roles.map(
        ({ name, login, superuser }) =>
          `${name}  ${login ? 'LOGIN' : 'NOLOGIN'}${superuser ? ' SUPERUSER' : ''}`,
      ),
    ),
    ...section(
      'schemas',
      found.schemas.map(({ name, owner }) => `${name}  owner ${owner ?? 'unknown'}`),
    ),
    ...section(
      'memberships',
      found.memberships.map(
        ({ member, group, admin, inherit, set }) =>
          `${member} -> ${group}${inherit ? '' : ' NOINHERIT'}${set ? '' : ' NOSET'}${admin ? ' ADMIN' : ''}`,
      ),
    ),
    `${paint('bold', 'grants')}: ${found.grants}, ${paint('bold', 'default privileges')}: ${found.default_privileges}`,
    ...section(
      'PUBLIC, for information',
      found.public.map(({ type, name, privileges }) => `${type} ${name}: ${privileges.join(', ')}`),
    ),
  ].join('\n');
}
