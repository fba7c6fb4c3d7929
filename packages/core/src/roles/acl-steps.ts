import { compare, type Level, levelsOf, NOTHING, type Revocation, revoked, sorted } from './acl.js';
import type { Acl, AclEntry } from './graph.js';
import type { PrivilegeMask } from './objects.js';
import type { HasPrivilegesOf } from './powers.js';

export interface RevokeStep extends Revocation {
  readonly op: 'revoke';
  readonly cascade: boolean;
  /** Steps of a later stage count on those of an earlier one; within a stage they run by grantee. */
  readonly stage: 0 | 1;
}
export interface GrantStep {
  readonly op: 'grant';
  readonly grantee: string;
  readonly privileges: PrivilegeMask;
  /** WITH GRANT OPTION */
  readonly grantable: boolean;
}
export type AclStep = RevokeStep | GrantStep;

/** Rights that are wanted: everybody who is not listed gets nothing. */
export type Levels = ReadonlyMap<string, Level>;

/**
 * What the owner has to revoke so that nobody holds more than is wanted, and the list after it. What somebody else granted
 * can only be taken away with that role's own grant option (CASCADE); what goes with it is granted again by
 * {@link grantSteps}. What stays all the same is out of the owner's reach ({@link excessOf}).
 */
export function revokeSteps(
  current: Acl,
  wanted: Levels,
  owner: string,
  hasPrivilegesOf: HasPrivilegesOf,
): { steps: RevokeStep[]; acl: Acl } {
  // Nobody granted anything on, as nearly everywhere: each entry stands for itself.
  if (current.every(({ grantor }) => grantor === owner)) return plainRevokes(current, wanted);
  const steps: RevokeStep[] = [];
  let acl = current;
  const revoke = (stage: 0 | 1, revocation: Revocation) => {
    const after = revoked(acl, owner, owner, revocation, hasPrivilegesOf);
    if (after === acl) return;
    const cascade = hasDependents(current, owner, revocation);
    steps.push({ op: 'revoke', stage, cascade, ...revocation });
    acl = after;
  };
  for (const entry of current) {
    if (entry.grantor === owner) for (const each of excess(entry, wanted)) revoke(0, each);
  }
  const sources = new Map<string, PrivilegeMask>();
  for (const [grantor, privileges] of foreignExcess(acl, wanted, owner)) {
    for (const root of roots(acl, owner, grantor, privileges)) {
      sources.set(root, (sources.get(root) ?? 0) | privileges);
    }
  }
  for (const [grantee, privileges] of [...sources].sort(([a], [b]) => compare(a, b))) {
    revoke(1, { grantee, privileges, optionOnly: true });
  }
  return { steps, acl };
}

function* excess({ grantee, privileges, grantable }: AclEntry, wanted: Levels): Iterable<Revocation> {
  const want = wanted.get(grantee) ?? NOTHING;
  const lost = privileges & ~want.privileges;
  if (lost) yield { grantee, privileges: lost, optionOnly: false };
  const options = grantable & ~want.grantable & ~lost;
  if (options) yield { grantee, privileges: options, optionOnly: true };
}

function plainRevokes(current: Acl, wanted: Levels): { steps: RevokeStep[]; acl: Acl } {
  const steps: RevokeStep[] = [];
  const acl: AclEntry[] = [];
  for (const entry of current) {
    const before = steps.length;
    for (const each of excess(entry, wanted)) steps.push({ op: 'revoke', stage: 0, cascade: false, ...each });
    if (steps.length === before) {
      acl.push(entry);
      continue;
    }
    const want = wanted.get(entry.grantee) ?? NOTHING;
    const privileges = entry.privileges & want.privileges;
    if (privileges) acl.push({ ...entry, privileges, grantable: entry.grantable & want.grantable });
  }
  return { steps, acl: steps.length === 0 ? current : acl };
}

/** What the owner has to grant so that everybody holds at least what is wanted. */
export function grantSteps(current: Acl, wanted: Levels): GrantStep[] {
  const have = levelsOf(current);
  const steps: GrantStep[] = [];
  for (const [grantee, want] of wanted) {
    const level = have.get(grantee) ?? NOTHING;
    const options = want.grantable & ~level.grantable;
    const plain = want.privileges & ~level.privileges & ~options;
    if (plain) steps.push({ op: 'grant', grantee, privileges: plain, grantable: false });
    if (options) steps.push({ op: 'grant', grantee, privileges: options, grantable: true });
  }
  return steps.sort((a, b) => compare(a.grantee, b.grantee));
}

/** The list after the owner made everybody hold what is wanted. */
export function withLevels(
  current: Acl,
  wanted: Levels,
  owner: string,
  hasPrivilegesOf: HasPrivilegesOf,
): Acl {
  const { acl } = revokeSteps(current, wanted, owner, hasPrivilegesOf);
  const steps = grantSteps(acl, wanted);
  return steps.length === 0 ? acl : withGrants(acl, owner, steps);
}

/** GRANTs of one grantor, all at once. */
export function withGrants(acl: Acl, grantor: string, steps: readonly GrantStep[]): Acl {
  const entries = new Map(acl.map((entry) => [`${entry.grantee}\0${entry.grantor}`, entry]));
  for (const { grantee, privileges, grantable } of steps) {
    const key = `${grantee}\0${grantor}`;
    const found = entries.get(key) ?? { grantee, grantor, ...NOTHING };
    entries.set(key, {
      ...found,
      privileges: found.privileges | privileges,
      grantable: found.grantable | (grantable ? privileges : 0),
    });
  }
  return sorted([...entries.values()]);
}

/** True when the grantee granted on: taken from the state at the start, so that steps may change places. */
export function hasDependents(acl: Acl, owner: string, { grantee, privileges }: Revocation): boolean {
  return grantee !== owner && acl.some((entry) => entry.grantor === grantee && entry.privileges & privileges);
}

/** What others than the owner granted and what is more than wanted, by grantor. */
function foreignExcess(acl: Acl, wanted: Levels, owner: string): Map<string, PrivilegeMask> {
  const found = new Map<string, PrivilegeMask>();
  for (const { grantee, grantor, privileges, grantable } of acl) {
    if (grantor === owner) continue;
    const want = wanted.get(grantee) ?? NOTHING;
    const excess = (privileges & ~want.privileges) | (grantable & ~want.grantable);
    if (excess) found.set(grantor, (found.get(grantor) ?? 0) | excess);
  }
  return found;
}

/** Those to whom the owner gave the grant option that a role's own one comes from. */
function roots(acl: Acl, owner: string, role: string, privileges: PrivilegeMask): Set<string> {
  const found = new Set<string>();
  const seen = new Set([role]);
  for (const asked of seen) {
    for (const entry of acl) {
      if (entry.grantee !== asked || !(entry.grantable & privileges)) continue;
      if (entry.grantor === owner) found.add(asked);
      else seen.add(entry.grantor);
    }
  }
  return found;
}

/** Entries that still give more than is wanted: their grantor keeps the option through a group or as a superuser. */
export function excessOf(acl: Acl, wanted: Levels): AclEntry[] {
  return acl.filter(({ grantee, privileges, grantable }) => {
    const want = wanted.get(grantee) ?? NOTHING;
    return (privileges & ~want.privileges) | (grantable & ~want.grantable);
  });
}
