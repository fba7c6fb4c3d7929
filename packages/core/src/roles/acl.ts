import type { Acl, AclEntry, DefaultObjectType } from './graph.js';
import { type ObjectType, type PrivilegeMask, PUBLIC } from './objects.js';
import type { HasPrivilegesOf } from './powers.js';
import { maskOf, PRIVILEGES_ON } from './privileges.js';

/** What a grantee holds, through all grantors together. */
export interface Level {
  readonly privileges: PrivilegeMask;
  /** Of these WITH GRANT OPTION. */
  readonly grantable: PrivilegeMask;
}
export const NOTHING: Level = { privileges: 0, grantable: 0 };

const MAINTAIN = maskOf(['MAINTAIN']);
const OF_DEFAULT_TYPE: Readonly<Record<DefaultObjectType, ObjectType>> = {
  table: 'table',
  sequence: 'sequence',
  function: 'function',
  type: 'type',
  schema: 'schema',
  large_object: 'large_object',
};

/** All privileges that a server of this version knows on a type of object. */
export function allPrivileges(type: ObjectType, major: number): PrivilegeMask {
  return major < 17 ? PRIVILEGES_ON[type] & ~MAINTAIN : PRIVILEGES_ON[type];
}

/** What PUBLIC has unless somebody took it away (PostgreSQL manual, table 5.2). */
const PUBLIC_DEFAULTS: Partial<Record<ObjectType, PrivilegeMask>> = {
  database: maskOf(['TEMPORARY', 'CONNECT']),
  function: maskOf(['EXECUTE']),
  procedure: maskOf(['EXECUTE']),
  language: maskOf(['USAGE']),
  type: maskOf(['USAGE']),
  domain: maskOf(['USAGE']),
};

/** `acldefault()`: the rights on an object that nobody has granted anything on. */
export function defaultAcl(type: ObjectType, owner: string, major: number): Acl {
  const entries: AclEntry[] = [
    { grantee: owner, grantor: owner, privileges: allPrivileges(type, major), grantable: 0 },
  ];
  const everybody = PUBLIC_DEFAULTS[type];
  if (everybody) entries.push({ grantee: PUBLIC, grantor: owner, privileges: everybody, grantable: 0 });
  return sorted(entries);
}

/** The same for global default privileges of an owner that never altered them. */
export function defaultAclOf(on: DefaultObjectType, owner: string, major: number): Acl {
  return defaultAcl(OF_DEFAULT_TYPE[on], owner, major);
}

/** The privileges that can be named in default privileges. */
export function allDefaultPrivileges(on: DefaultObjectType, major: number): PrivilegeMask {
  return allPrivileges(OF_DEFAULT_TYPE[on], major);
}

/**
 * True when the owner's own entry is what PostgreSQL puts there by itself, but for what was taken on purpose: never drift
 * (ADR 0010).
 */
export function isFullOwner(
  acl: Acl,
  owner: string,
  type: ObjectType,
  major: number,
  taken: PrivilegeMask = 0,
): boolean {
  const all = allPrivileges(type, major);
  return ((levelOf(acl, owner).privileges | taken) & all) === all;
}

/** What one grantee holds. */
export function levelOf(acl: Acl, grantee: string): Level {
  let privileges = 0;
  let grantable = 0;
  for (const entry of acl) {
    if (entry.grantee !== grantee) continue;
    privileges |= entry.privileges;
    grantable |= entry.grantable;
  }
  return { privileges, grantable };
}

/** What each grantee holds, in the order of the list. */
export function levelsOf(acl: Acl): Map<string, Level> {
  const levels = new Map<string, Level>();
  for (const { grantee, privileges, grantable } of acl) {
    const other = levels.get(grantee);
    levels.set(
      grantee,
      other
        ? { privileges: other.privileges | privileges, grantable: other.grantable | grantable }
        : { privileges, grantable },
    );
  }
  return levels;
}

/** Entries in their one order: by grantee, then grantor. */
export function sorted(entries: readonly AclEntry[]): Acl {
  return [...entries].sort((a, b) => compare(a.grantee, b.grantee) || compare(a.grantor, b.grantor));
}

/** By code unit, so that output never depends on a locale. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

export interface Revocation {
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
  readonly optionOnly: boolean;
}

/**
 * REVOKE … CASCADE by a grantor, as aclupdate and recursive_revoke of PostgreSQL's acl.c do it: who loses a grant option
 * loses what was granted with it, unless a group of it still has the option. `owner` always keeps its options.
 */
export function revoked(
  acl: Acl,
  owner: string,
  grantor: string,
  revocation: Revocation,
  hasPrivilegesOf: HasPrivilegesOf,
): Acl {
  const { grantee, privileges, optionOnly } = revocation;
  const at = acl.findIndex((entry) => entry.grantee === grantee && entry.grantor === grantor);
  const found = acl[at];
  if (!found) return acl;
  const left = {
    grantee,
    grantor,
    privileges: optionOnly ? found.privileges : found.privileges & ~privileges,
    grantable: found.grantable & ~privileges,
  };
  const after = left.privileges === 0 ? acl.toSpliced(at, 1) : acl.with(at, left);
  const lost = found.grantable & ~left.grantable;
  if (lost === 0 || hasPrivilegesOf(grantee, owner)) return after;
  const gone = lost & ~optionsOf(after, grantee, hasPrivilegesOf);
  return gone === 0 ? after : withoutDependents(after, owner, grantee, gone, hasPrivilegesOf);
}

/** Grant options that a role has, also through groups. */
function optionsOf(acl: Acl, role: string, hasPrivilegesOf: HasPrivilegesOf): PrivilegeMask {
  let options = 0;
  for (const { grantee, grantable } of acl)
    if (grantable && hasPrivilegesOf(role, grantee)) options |= grantable;
  return options;
}

function withoutDependents(
  acl: Acl,
  owner: string,
  grantor: string,
  privileges: PrivilegeMask,
  hasPrivilegesOf: HasPrivilegesOf,
): Acl {
  let after = acl;
  for (const entry of acl) {
    if (entry.grantor !== grantor || !(entry.privileges & privileges)) continue;
    const revocation = { grantee: entry.grantee, privileges, optionOnly: false };
    after = revoked(after, owner, grantor, revocation, hasPrivilegesOf);
  }
  return after;
}

/** ALTER … OWNER TO, as aclnewowner does it: the new owner takes the old one's place as grantee and grantor. */
export function withNewOwner(acl: Acl, from: string, to: string): Acl {
  const entries = new Map<string, AclEntry>();
  for (const entry of acl) {
    const grantee = entry.grantee === from ? to : entry.grantee;
    const grantor = entry.grantor === from ? to : entry.grantor;
    const key = `${grantee}\0${grantor}`;
    const other = entries.get(key);
    const privileges = entry.privileges | (other?.privileges ?? 0);
    const grantable = entry.grantable | (other?.grantable ?? 0);
    entries.set(key, { grantee, grantor, privileges, grantable });
  }
  return sorted([...entries.values()]);
}

/** The same rights, whoever granted them. */
export function sameLevels(a: Acl, b: Acl): boolean {
  if (a === b) return true;
  const [left, right] = [levelsOf(a), levelsOf(b)];
  if (left.size !== right.size) return false;
  for (const [grantee, level] of left) {
    const other = right.get(grantee);
    if (other?.privileges !== level.privileges || other.grantable !== level.grantable) return false;
  }
  return true;
}
