import { compare, type Level, levelsOf, NOTHING } from './acl.js';
import {
  CHANGE_KINDS,
  type Change,
  type ChangeCategory,
  type ChangeKind,
  ROLE_POWERS,
  takesAway,
} from './changes.js';
import type { Acl, RoleGraph } from './graph.js';

export interface KindCount {
  readonly kind: ChangeKind;
  readonly count: number;
  readonly category: ChangeCategory;
  readonly destructive: boolean;
  /** `3 roles to create` */
  readonly text: string;
}

/** What a reader sees in five seconds. */
export interface PlanSummary {
  readonly total: number;
  readonly destructive: number;
  /** Kinds that occur, in running order. */
  readonly kinds: readonly KindCount[];
  /** Roles that get rights, attributes, memberships or come to be. */
  readonly gains: readonly string[];
  /** Roles that lose rights, attributes, memberships or themselves; net: what is only granted anew is no loss. */
  readonly loses: readonly string[];
}

/** Counts of a plan, and who has more and who less after it. */
export function summarize(changes: readonly Change[], before: RoleGraph, after: RoleGraph): PlanSummary {
  const counts = new Map<ChangeKind, number>();
  for (const { kind } of changes) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const taking = changes.filter(takesAway);
  const takers = new Set(taking.map(({ kind }) => kind));
  const kinds = (Object.keys(CHANGE_KINDS) as ChangeKind[]).flatMap((kind): KindCount[] => {
    const count = counts.get(kind);
    if (count === undefined) return [];
    const { category, words } = CHANGE_KINDS[kind];
    return [
      {
        kind,
        count,
        category,
        destructive: takers.has(kind),
        text: `${count} ${words[count === 1 ? 0 : 1]}`,
      },
    ];
  });
  const { gains, loses } = winnersAndLosers(before, after);
  return {
    total: changes.length,
    destructive: taking.length,
    kinds,
    gains: [...gains].sort(compare),
    loses: [...loses].sort(compare),
  };
}

function winnersAndLosers(before: RoleGraph, after: RoleGraph) {
  const gains = new Set<string>();
  const loses = new Set<string>();
  compareRoles(before, after, gains, loses);
  compareMemberships(before, after, gains, loses);
  const seen = new Map<Acl, Set<Acl>>();
  const compareAcls = (a: Acl, b: Acl) => {
    if (a === b || seen.get(a)?.has(b)) return;
    seen.set(a, (seen.get(a) ?? new Set<Acl>()).add(b));
    compareLevels(levelsOf(a), levelsOf(b), gains, loses);
  };
  for (const [key, state] of after.objects) {
    const old = before.objects.get(key);
    if (old === state) continue;
    compareAcls(old?.acl ?? NONE, state.acl);
    for (const name of new Set([...(old?.columns?.keys() ?? []), ...(state.columns?.keys() ?? [])])) {
      compareAcls(old?.columns?.get(name) ?? NONE, state.columns?.get(name) ?? NONE);
    }
  }
  for (const key of new Set([...before.defaults.keys(), ...after.defaults.keys()])) {
    compareAcls(before.defaults.get(key)?.acl ?? NONE, after.defaults.get(key)?.acl ?? NONE);
  }
  return { gains, loses };
}

const NONE: Acl = [];

function compareRoles(before: RoleGraph, after: RoleGraph, gains: Set<string>, loses: Set<string>): void {
  for (const [role, is] of after.roles) {
    const was = before.roles.get(role);
    if (!was || ROLE_POWERS.some((power) => is[power] && !was[power])) gains.add(role);
    if (was && ROLE_POWERS.some((power) => was[power] && !is[power])) loses.add(role);
  }
  for (const role of before.roles.keys()) if (!after.roles.has(role)) loses.add(role);
}

function compareMemberships(
  before: RoleGraph,
  after: RoleGraph,
  gains: Set<string>,
  loses: Set<string>,
): void {
  for (const group of new Set([...before.memberships.keys(), ...after.memberships.keys()])) {
    const [old, now] = [before.memberships.get(group), after.memberships.get(group)];
    if (old === now) continue;
    for (const member of new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])) {
      const [was, is] = [old?.get(member), now?.get(member)];
      const options = ['admin', 'inherit', 'set'] as const;
      if ((is && !was) || options.some((option) => is?.[option] && !was?.[option])) gains.add(member);
      if ((was && !is) || options.some((option) => was?.[option] && !is?.[option])) loses.add(member);
    }
  }
}

function compareLevels(
  old: ReadonlyMap<string, Level>,
  now: ReadonlyMap<string, Level>,
  gains: Set<string>,
  loses: Set<string>,
): void {
  for (const grantee of new Set([...old.keys(), ...now.keys()])) {
    const was = old.get(grantee) ?? NOTHING;
    const is = now.get(grantee) ?? NOTHING;
    if (is.privileges & ~was.privileges || is.grantable & ~was.grantable) gains.add(grantee);
    if (was.privileges & ~is.privileges || was.grantable & ~is.grantable) loses.add(grantee);
  }
}
