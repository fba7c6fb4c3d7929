import { compare, levelsOf, NOTHING } from './acl.js';
import type { Acl } from './graph.js';
import type { ManifestInput } from './manifest.js';
import { type ObjectRef, type PrivilegeMask, PUBLIC } from './objects.js';
import { privilegesOf } from './privileges.js';

export type GrantEntry = NonNullable<ManifestInput['grants']>[number];

/** A right as a manifest says it, without whose and on what. */
export interface Right {
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
  readonly grantable: boolean;
  readonly absent: boolean;
}

/**
 * What is to be said about a list: everybody's entries, except the owner's when they are what it has by itself, and
 * PUBLIC's when they are PostgreSQL's default. What is missing of these two is said as absent.
 */
export function rightsOf(
  acl: Acl,
  usual: Acl,
  owner: string | undefined,
  all: PrivilegeMask,
): readonly Right[] {
  const held = levelsOf(acl);
  const defaults = levelsOf(usual);
  const rights: Right[] = [];
  const add = (grantee: string, privileges: PrivilegeMask, grantable = false, absent = false) => {
    if (privileges !== 0) rights.push({ grantee, privileges, grantable, absent });
  };
  const grantees = [...new Set([...held.keys(), PUBLIC, ...(owner ? [owner] : [])])].sort(compare);
  for (const grantee of grantees) {
    const { privileges, grantable } = held.get(grantee) ?? NOTHING;
    const usually = (defaults.get(grantee) ?? NOTHING).privileges & all;
    const missing = usually & ~privileges;
    const plain = privileges & ~grantable;
    if (grantee === owner) {
      if (missing !== 0) add(grantee, plain);
    } else {
      add(grantee, grantee === PUBLIC ? plain & ~usually : plain);
    }
    if (grantee !== owner) add(grantee, grantable, true);
    add(grantee, missing, false, true);
  }
  return rights;
}

export function said(right: Right): Omit<GrantEntry, 'object'> {
  return {
    role: right.grantee === PUBLIC ? 'PUBLIC' : right.grantee,
    ...(right.absent && { ensure: 'absent' as const }),
    privileges: privilegesOf(right.privileges),
    ...(right.grantable && { with_grant_option: true }),
  };
}

export function objectEntry({ type, schema, name }: ObjectRef): GrantEntry['object'] {
  return { type, ...(schema !== undefined && { schema }), name };
}
