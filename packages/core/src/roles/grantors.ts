import type { Desired } from './desired.js';
import type { RoleGraph, ServerFacts } from './graph.js';
import { defaultGrantor, type Members } from './members.js';
import { type Problem, problem } from './problem.js';

interface Meeting {
  readonly desired: Desired;
  /** Those that there will be. */
  readonly memberships: RoleGraph['memberships'];
  readonly facts: ServerFacts;
}

/**
 * `granted_by` that PostgreSQL 16 and later refuse: the grantor needs ADMIN of its own, by a chain of grants that begins
 * with whoever applies or the bootstrap superuser (user.c, `check_role_grantor` and AddRoleMems).
 */
export function* grantorProblems({ desired, memberships, facts }: Meeting): Iterable<Problem> {
  if (facts.major < 16) return;
  for (const { group, members } of desired.memberships.values()) {
    const there = memberships.get(group) ?? new Map();
    const able = administrators(there, [facts.bootstrapUser, defaultGrantor(facts)]);
    for (const { name, grantedBy, at } of members.values()) {
      if (grantedBy === null || able.has(grantedBy)) continue;
      const circle = circleFrom(grantedBy, there);
      const message = circle
        ? `the grantors of \`${group}\` go in a circle: ${circle.map((role) => `\`${role}\``).join(' has it from ')}`
        : `\`${grantedBy}\` can not grant \`${group}\` to \`${name}\`: it has no ADMIN on it`;
      const fix = circle
        ? 'leave out `granted_by` of one of them'
        : `give \`${grantedBy}\` \`admin: true\` in \`${group}\`, or leave out \`granted_by\``;
      yield problem(at, 'server.insufficient_rights', message, fix);
    }
  }
}

function administrators(members: Members, first: readonly string[]): ReadonlySet<string> {
  const able = new Set(first);
  for (let before = -1; before !== able.size; ) {
    before = able.size;
    for (const [member, { grants }] of members)
      if (grants.some(({ admin, grantor }) => admin && able.has(grantor))) able.add(member);
  }
  return able;
}

/** The grants of ADMIN that lead from a role back to a role on the way; undefined when they end. */
function circleFrom(start: string, members: Members): readonly string[] | undefined {
  const path = [start];
  for (;;) {
    const last = path.at(-1) ?? start;
    const next = members.get(last)?.grants.find(({ admin }) => admin)?.grantor;
    if (next === undefined) return undefined;
    const seen = path.indexOf(next);
    if (seen >= 0) return [...path.slice(seen), next];
    path.push(next);
  }
}
