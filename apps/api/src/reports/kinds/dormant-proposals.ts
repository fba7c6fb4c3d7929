import { type IamRule, isPermission, maskOf, type PermissionMask, permissionsOf } from '@postern/core/policy';
import type { PastPolicy } from '../../policy/policy-history.js';
import { type Grounds, rulesByIdOf, ruleWords } from './granting-rules.js';

/** One person on one connection. */
export interface DormantPair {
  person: { id: string; email: string; name: string };
  connection: string;
  /** Held now. */
  mask: PermissionMask;
  used: PermissionMask;
  /** Held for the whole period, and not used in it. */
  dormant: PermissionMask;
  grounds: Grounds;
}

export interface RuleProposal {
  rule: string;
  words: string;
  /** Dormant for everybody whom the rule reaches. */
  unused: PermissionMask;
  reaches: number;
  proposal: string;
}

const ALL = 127;

export const maskOfRule = ({ permissions }: IamRule): PermissionMask =>
  permissions.includes('*') ? ALL : maskOf(permissions.filter(isPermission));

/** Rules of whose permissions some are dormant for everybody they reach. */
export function proposeRules(past: PastPolicy, pairs: readonly DormantPair[]): Map<string, RuleProposal> {
  const proposals = new Map<string, RuleProposal>();
  for (const [id, rule] of rulesByIdOf(past)) {
    const reached = pairs.filter(({ grounds }) => grounds.ruleIds.includes(id));
    if (reached.length === 0) continue;
    const gives = maskOfRule(rule);
    const unused = reached.reduce((mask, { dormant }) => mask & dormant, gives);
    if (unused === 0) continue;
    const people = new Set(reached.map(({ person }) => person.id)).size;
    const left = gives & ~unused;
    const proposal =
      left === 0
        ? 'delete the rule: nobody used any of it'
        : `remove ${permissionsOf(unused).join(', ')} from the rule; keep ${permissionsOf(left).join(', ')}`;
    proposals.set(id, { rule: id, words: ruleWords(rule), unused, reaches: people, proposal });
  }
  return proposals;
}

/** What would take a person's dormant permissions away and nothing that anybody used. */
export function proposePerson(
  pair: DormantPair,
  pairs: readonly DormantPair[],
  proposals: ReadonlyMap<string, RuleProposal>,
): string {
  const covered = pair.grounds.ruleIds.reduce((mask, id) => mask | (proposals.get(id)?.unused ?? 0), 0);
  const left = pair.dormant & ~covered;
  const narrowed = pair.grounds.ruleIds.filter((id) => proposals.has(id));
  const parts = narrowed.map((id) => `${proposals.get(id)?.proposal} (${id})`);
  if (left === 0) return parts.join('; ');
  const usesNothing = (through: string) =>
    pairs
      .filter(({ person, grounds }) => person.id === pair.person.id && grounds.through.includes(through))
      .every(({ used }) => used === 0);
  const names = permissionsOf(left).join(', ');
  for (const through of pair.grounds.through) {
    if (through === 'everyone') parts.push(`name the people who need ${names}, instead of everyone`);
    else if (through === 'the person') parts.push(`take the person out of the rule, or ${names} out of it`);
    else if (usesNothing(through))
      parts.push(`take the person out of ${through}: they used nothing it gives`);
    else parts.push(`others in ${through} use ${names}: give them a rule of their own`);
  }
  return parts.join('; ');
}
