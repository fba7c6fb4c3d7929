import type { RoleGraph } from './graph.js';

/** True when a role may use another's rights without SET ROLE: itself, a superuser, or a member that inherits. */
export type HasPrivilegesOf = (role: string, other: string) => boolean;

/** PostgreSQL's has_privs_of_role() in a graph. */
export function privilegesIn({
  roles,
  memberships,
}: Pick<RoleGraph, 'roles' | 'memberships'>): HasPrivilegesOf {
  const groupsOf = new Map<string, string[]>();
  for (const [group, members] of memberships) {
    for (const [member, { inherit }] of members) {
      if (inherit) groupsOf.set(member, [...(groupsOf.get(member) ?? []), group]);
    }
  }
  const closures = new Map<string, ReadonlySet<string>>();
  const closureOf = (role: string): ReadonlySet<string> => {
    const known = closures.get(role);
    if (known) return known;
    const closure = new Set([role]);
    for (const each of closure) for (const group of groupsOf.get(each) ?? []) closure.add(group);
    closures.set(role, closure);
    return closure;
  };
  return (role, other) => role === other || roles.get(role)?.superuser === true || closureOf(role).has(other);
}
