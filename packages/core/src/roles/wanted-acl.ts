import { isFullOwner, type Level, levelsOf, NOTHING } from './acl.js';
import { excessOf, withLevels } from './acl-steps.js';
import type { Acl, AclEntry, ServerFacts } from './graph.js';
import type { ModeRules } from './modes.js';
import { type ObjectType, type PrivilegeMask, PUBLIC } from './objects.js';
import type { HasPrivilegesOf } from './powers.js';
import type { Rule, Rules } from './rules.js';
import type { Standing } from './standing.js';

/** What decides about rights that the manifest does not mention. */
export interface AclPolicy {
  readonly facts: ServerFacts;
  readonly mode: ModeRules;
  readonly standingOf: (role: string) => Standing;
  /** Roles that the manifest declares: as owners they are held to it (ADR 0010). */
  readonly isDeclared: (role: string) => boolean;
  /** Held to what is wanted in every mode. */
  readonly guards: ReadonlySet<string>;
  /** Once memberships are as wanted. */
  readonly hasPrivilegesOf: HasPrivilegesOf;
}

export interface AclQuestion {
  readonly acl: Acl;
  readonly rules: Rules;
  readonly owner: string;
  /** Undefined for lists in which the owner has no implicit rights: columns, default privileges of a schema. */
  readonly type?: ObjectType;
  /** What the owner needs in any case. */
  readonly ownerNeeds?: PrivilegeMask;
  /** Rights of undeclared roles are none of the manifest's business here. */
  readonly keepsUndeclared?: boolean;
  /** Only rights of guard roles are decided here. */
  readonly isForGuards?: boolean;
}

export interface WantedAcl {
  readonly acl: Acl;
  /** Undeclared roles that hold more than the manifest says. */
  readonly undeclared: readonly string[];
  /** Entries that cannot be taken away in the owner's name. */
  readonly stuck: readonly AclEntry[];
}

/** The rights that are wanted where there are these. */
export function wantedAcl(policy: AclPolicy, question: AclQuestion): WantedAcl {
  const current = levelsOf(question.acl);
  const levels = new Map<string, Level>();
  const undeclared: string[] = [];
  const grantees = new Set([...current.keys(), ...question.rules.keys()]);
  if (question.ownerNeeds) grantees.add(question.owner);
  for (const grantee of grantees) {
    const level = wantedLevel(policy, question, grantee, current.get(grantee) ?? NOTHING);
    if (level.privileges) levels.set(grantee, level);
    const isExtra = (current.get(grantee)?.privileges ?? 0) & ~(question.rules.get(grantee)?.present ?? 0);
    if (
      isExtra &&
      grantee !== PUBLIC &&
      grantee !== question.owner &&
      policy.standingOf(grantee) === 'undeclared'
    ) {
      undeclared.push(grantee);
    }
  }
  const acl = withLevels(question.acl, levels, question.owner, policy.hasPrivilegesOf);
  return { acl, undeclared, stuck: excessOf(acl, levels) };
}

const NO_RULE: Rule = { present: 0, grantable: 0, absent: 0, optionAbsent: 0 };

function wantedLevel(policy: AclPolicy, question: AclQuestion, grantee: string, current: Level): Level {
  const { rules, owner, ownerNeeds } = question;
  const rule = rules.get(grantee) ?? NO_RULE;
  const needed = grantee === owner ? (ownerNeeds ?? 0) : 0;
  const present = rule.present | needed;
  const isGuard = grantee !== owner && policy.guards.has(grantee);
  const isLeft = question.isForGuards === true || !policy.mode.changesExisting;
  if (isLeft && !isGuard) return added(current, present, rule.grantable);
  const isExact = isGuard || (grantee !== PUBLIC && holdsExactly(policy, question, grantee));
  const base = isExact ? NOTHING : current;
  const privileges = (base.privileges | present) & ~(rule.absent & ~needed);
  const grantable = (base.grantable & ~rule.optionAbsent) | rule.grantable;
  return { privileges, grantable: grantable & privileges };
}

function added(current: Level, present: PrivilegeMask, grantable: PrivilegeMask): Level {
  return { privileges: current.privileges | present, grantable: current.grantable | grantable };
}

/** True where rights that no rule gives are taken away. */
function holdsExactly(policy: AclPolicy, question: AclQuestion, grantee: string): boolean {
  const { acl, owner, type, keepsUndeclared } = question;
  if (grantee === owner && type !== undefined) {
    const absent = question.rules.get(owner)?.absent ?? 0;
    return policy.isDeclared(owner) && !isFullOwner(acl, owner, type, policy.facts.major, absent);
  }
  const standing = policy.standingOf(grantee);
  if (standing === 'undeclared') return policy.mode.revokesUndeclared && !keepsUndeclared;
  return standing === 'managed';
}

/** A right that the owner cannot take away, because its grantor can still grant it. */
export interface StuckRight {
  /** Object or default privileges, for people. */
  readonly where: string;
  readonly grantee: string;
  readonly grantor: string;
  readonly privileges: PrivilegeMask;
}

/** {@link wantedAcl} that answers the same question once: thousands of tables have a handful of different lists. */
export class WantedAcls {
  readonly #answers = new Map<Acl, Map<Rules, Map<string, WantedAcl>>>();
  /** Undeclared role → on how many objects it holds more than the manifest says. */
  readonly undeclared = new Map<string, number>();

  /** Rights that stay although they are not wanted, as they were met. */
  readonly stuck: StuckRight[] = [];

  constructor(readonly policy: AclPolicy) {}

  of(question: AclQuestion, where: string): Acl {
    const { acl, rules, owner, type = '', ownerNeeds = 0, isForGuards = false } = question;
    const keepsUndeclared = isForGuards || question.keepsUndeclared === true;
    const byRules = getOr(this.#answers, acl, () => new Map<Rules, Map<string, WantedAcl>>());
    const byRest = getOr(byRules, rules, () => new Map<string, WantedAcl>());
    const key = `${owner}\0${type}\0${ownerNeeds}\0${keepsUndeclared}\0${isForGuards}`;
    const answer = getOr(byRest, key, () => wantedAcl(this.policy, question));
    if (!keepsUndeclared) {
      for (const role of answer.undeclared) this.undeclared.set(role, (this.undeclared.get(role) ?? 0) + 1);
    }
    for (const { grantee, grantor, privileges } of answer.stuck) {
      this.stuck.push({ where, grantee, grantor, privileges });
    }
    return answer.acl;
  }
}

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
