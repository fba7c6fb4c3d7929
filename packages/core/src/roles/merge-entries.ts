import type {
  Desired,
  DesiredDefault,
  DesiredGrant,
  DesiredMember,
  DesiredMembership,
  DesiredRole,
} from './desired.js';
import type { Entries } from './entries.js';
import { objectKey } from './graph.js';
import type { Place } from './problem.js';

/** Merged and sorted. The first of two with the same name stays; that there are two is a problem of its own. */
export function desiredOf(entries: Entries, manageAllRoles: boolean): Desired {
  const roles = new Map(sortedBy(entries.roles, (role) => role.name).map((role) => [role.name, role]));
  return {
    roles,
    externalRoles: new Map(
      sortedBy(entries.externalRoles, ({ name }) => name).map(({ name, at }) => [name, at]),
    ),
    schemas: new Map(sortedBy(entries.schemas, ({ name }) => name).map((schema) => [schema.name, schema])),
    grants: merged(entries.grants, grantKey),
    defaults: merged(entries.defaults, defaultEntryKey),
    memberships: mergedMemberships(entries, roles),
    retirements: sortedBy(entries.retirements, ({ role }) => role),
    rowSecurity: sortedBy(entries.rowSecurity, ({ table }) => objectKey(table)),
    manageAllRoles,
    scope: null,
  };
}

function sortedBy<T>(items: readonly T[], key: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
}

const grantKey = ({ object, columns, grantee, ensure, grantable, all }: DesiredGrant): string =>
  [objectKey(object), columns?.join('\u0001') ?? '', grantee, ensure, grantable, all].join('\0');

const defaultEntryKey = ({ owner, schema, on, grantee, ensure, grantable, all }: DesiredDefault): string =>
  [owner, schema ?? '', on, grantee, ensure, grantable, all].join('\0');

/** Entries for the same thing add up (ROLES.md 2.18). */
function merged<T extends { readonly privileges: number }>(
  items: readonly T[],
  key: (item: T) => string,
): T[] {
  const byKey = new Map<string, T>();
  for (const item of items) {
    const id = key(item);
    const before = byKey.get(id);
    byKey.set(id, before ? { ...before, privileges: before.privileges | item.privileges } : item);
  }
  return sortedBy([...byKey], ([id]) => id).map(([, item]) => item);
}

function mergedMemberships(
  entries: Entries,
  roles: ReadonlyMap<string, DesiredRole>,
): Map<string, DesiredMembership> {
  const groups = new Map<
    string,
    { at: Place; exclusive: boolean | undefined; members: Map<string, DesiredMember> }
  >();
  for (const { group, exclusive, members, at } of entries.memberships) {
    const known = groups.get(group) ?? { at, exclusive: undefined, members: new Map() };
    known.exclusive ??= exclusive;
    for (const member of members) if (!known.members.has(member.name)) known.members.set(member.name, member);
    groups.set(group, known);
  }
  return new Map(
    sortedBy([...groups], ([group]) => group).map(([group, { at, exclusive, members }]) => [
      group,
      {
        group,
        at,
        exclusive: exclusive ?? roles.has(group),
        members: new Map(sortedBy([...members], ([name]) => name)),
      },
    ]),
  );
}
