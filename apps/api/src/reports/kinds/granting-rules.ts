import { explain, type IamRule, type PolicyBundle } from '@postern/core/policy';
import type { PastPolicy } from '../../policy/policy-history.js';

/** A rule in one line, in the words of the spec. */
export function ruleWords({ permissions, connection, members }: IamRule): string {
  const shown = members.slice(0, 3).join(', ');
  const more = members.length > 3 ? ` and ${members.length - 3} more` : '';
  return `${permissions.join(', ')} on ${connection} for ${shown}${more}`;
}

/** Through which of a rule's members it reaches a person: `everyone`, `group:dba`, the person. */
function membersReaching(
  rule: IamRule,
  bundle: PolicyBundle,
  person: { id: string; email: string },
): string[] {
  return rule.members.flatMap((member) => {
    if (member === '*') return ['everyone'];
    if (member.startsWith('user:'))
      return member.slice(5).toLowerCase() === person.email.toLowerCase() ? ['the person'] : [];
    const group = bundle.groups.find(({ slug }) => `group:${slug}` === member);
    return group?.memberIds.includes(person.id) ? [member] : [];
  });
}

export interface Grounds {
  ruleIds: string[];
  rules: string[];
  through: string[];
}

/** Why somebody holds what they hold on a connection. `rulesById` saves a search for each person. */
export function groundsOf(
  { compiled, bundle }: PastPolicy,
  rulesById: ReadonlyMap<string, IamRule>,
  person: { id: string; email: string },
  connection: string,
): Grounds {
  const ruleIds = [...new Set(explain(compiled, person.id, connection).flatMap((grant) => grant.ruleIds))];
  const rules = ruleIds.flatMap((id) => rulesById.get(id) ?? []);
  const through = [...new Set(rules.flatMap((rule) => membersReaching(rule, bundle, person)))];
  return { ruleIds, rules: rules.map(ruleWords), through };
}

export const rulesByIdOf = ({ bundle }: PastPolicy): Map<string, IamRule> =>
  new Map(bundle.rules.map((rule) => [rule.id, rule]));
