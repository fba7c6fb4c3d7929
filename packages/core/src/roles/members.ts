import { compare } from './acl.js';
import type { ChangeOf } from './changes.js';
import type { MembershipGrant, MembershipOptions, MembershipState, ServerFacts } from './graph.js';

/** Members of one group. */
export type Members = ReadonlyMap<string, MembershipState>;

/** Before PostgreSQL 16 there is one grant a member, whoever made it, and no option but ADMIN. */
const optionsOf = (major: number) =>
  major < 16 ? (['admin'] as const) : (['admin', 'inherit', 'set'] as const);
function grantOf(grants: readonly MembershipGrant[] | undefined, grantor: string, major: number) {
  return major < 16 ? grants?.[0] : grants?.find((grant) => grant.grantor === grantor);
}

/** A membership of these grants; undefined without any. */
export function membership(grants: readonly MembershipGrant[]): MembershipState | undefined {
  if (grants.length === 0) return undefined;
  const all = [...grants].sort((a, b) => compare(a.grantor, b.grantor));
  return {
    admin: all.some((grant) => grant.admin),
    inherit: all.some((grant) => grant.inherit),
    set: all.some((grant) => grant.set),
    grants: all,
  };
}

/** In whose name the connected role grants a membership when nothing is said. */
export function defaultGrantor(facts: ServerFacts): string {
  return facts.isSuperuser && facts.major >= 16 ? facts.bootstrapUser : facts.currentUser;
}

/** GRANT group TO member by a grantor, with all options written out. */
export function withGrant(members: Members, member: string, grant: MembershipGrant, major: number): Members {
  const others = members.get(member)?.grants ?? [];
  const kept = major < 16 ? [] : others.filter((other) => other.grantor !== grant.grantor);
  return withMember(members, member, membership([...kept, grant]));
}

/** REVOKE [option OPTION FOR] group FROM member GRANTED BY grantor CASCADE. */
export function withoutGrant(
  members: Members,
  member: string,
  grantor: string,
  option: keyof MembershipOptions | null,
  major: number,
): Members {
  const before = members.get(member);
  if (!before) return members;
  const grants = before.grants.flatMap((grant) => {
    if (grant.grantor !== grantor) return [grant];
    return option === null ? [] : [{ ...grant, [option]: false }];
  });
  const after = membership(grants);
  let left = withMember(members, member, after);
  // Before PostgreSQL 16 grants do not depend on their grantors.
  if (major < 16 || !before.admin || after?.admin) return left;
  // Who can no longer grant the group takes along what it granted (PostgreSQL 16's user.c, plan_recursive_revoke).
  for (const [other, { grants: theirs }] of members) {
    if (theirs.some((grant) => grant.grantor === member))
      left = withoutGrant(left, other, member, null, major);
  }
  return left;
}

function withMember(members: Members, member: string, state: MembershipState | undefined): Members {
  const left = new Map(members);
  if (state) left.set(member, state);
  else left.delete(member);
  return left;
}

/** Revokes that leave no grant of the group with more than is wanted, and the members after them. */
export function memberRevokes(
  group: string,
  current: Members,
  wanted: ReadonlyMap<string, readonly MembershipGrant[]>,
  major: number,
): { changes: ChangeOf<'revoke_membership'>[]; members: Members } {
  const changes: ChangeOf<'revoke_membership'>[] = [];
  let members = current;
  const revoke = (member: string, grantor: string, option: keyof MembershipOptions | null) => {
    const after = withoutGrant(members, member, grantor, option, major);
    // A role can also have granted the group to itself.
    const cascade = countGrants(members) - countGrants(after) > (option === null ? 1 : 0);
    changes.push({ kind: 'revoke_membership', group, member, option, grantor, cascade });
    members = after;
  };
  for (const [member, { grants }] of sortedEntries(current)) {
    for (const { grantor } of grants) {
      const have = members.get(member)?.grants.find((grant) => grant.grantor === grantor);
      if (!have) continue;
      const want = grantOf(wanted.get(member), grantor, major);
      if (!want) revoke(member, grantor, null);
      else
        for (const option of optionsOf(major))
          if (have[option] && !want[option]) revoke(member, grantor, option);
    }
  }
  return { changes, members };
}

/** Grants that are wanted and not there, in an order in which nobody grants before it may. */
export function memberGrants(
  group: string,
  current: Members,
  wanted: ReadonlyMap<string, readonly MembershipGrant[]>,
  facts: ServerFacts,
): ChangeOf<'grant_membership'>[] {
  const usual = defaultGrantor(facts);
  const changes: ChangeOf<'grant_membership'>[] = [];
  for (const [member, grants] of sortedEntries(wanted)) {
    for (const { grantor, admin, inherit, set } of grants) {
      const want = { admin, inherit, set };
      const have = grantOf(current.get(member)?.grants, grantor, facts.major);
      if (have && optionsOf(facts.major).every((option) => have[option] === want[option])) continue;
      const grantedBy = grantor === usual ? null : grantor;
      changes.push({ kind: 'grant_membership', group, member, ...want, grantedBy });
    }
  }
  return grantorsFirst(changes);
}

/** Whoever applies needs nobody; everybody else grants once nothing is left that gives it ADMIN OPTION. */
function grantorsFirst(changes: readonly ChangeOf<'grant_membership'>[]): ChangeOf<'grant_membership'>[] {
  const ordered = new Set<ChangeOf<'grant_membership'>>();
  const add = (change: ChangeOf<'grant_membership'>, waiting: ReadonlySet<string>) => {
    if (ordered.has(change) || waiting.has(change.member)) return;
    const above = new Set([...waiting, change.member]);
    for (const other of changes) if (other.member === change.grantedBy) add(other, above);
    ordered.add(change);
  };
  for (const change of changes) if (change.grantedBy === null) ordered.add(change);
  for (const change of changes) add(change, new Set());
  return [...ordered];
}

function countGrants(members: Members): number {
  let count = 0;
  for (const { grants } of members.values()) count += grants.length;
  return count;
}

function sortedEntries<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => compare(a, b));
}
