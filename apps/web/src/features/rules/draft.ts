import type { RuleChangeInput, RuleInput } from '../../gql/graphql';
import { PERMISSIONS, type Permission } from '../../policy/permissions';
import type { Rule } from './use-rules';

/** A rule as the panel edits it. */
export interface Draft {
  connection: string | null;
  permissions: readonly string[];
  members: readonly string[];
  description: string;
}

export const EMPTY_DRAFT: Draft = { connection: null, permissions: [], members: [], description: '' };

export const draftOf = (rule: Rule): Draft => ({
  connection: rule.connection,
  permissions: rule.permissions,
  members: rule.members,
  description: rule.description,
});

/** What the API takes, or null while something is missing. */
export function ruleInput(draft: Draft): RuleInput | null {
  const { connection, permissions, members, description } = draft;
  if (connection === null || permissions.length === 0 || members.length === 0) return null;
  return {
    connection,
    permissions: [...permissions],
    members: [...members],
    description: description.trim(),
  };
}

/** What is still missing, in the order of the form. */
export function missing(draft: Draft): string[] {
  return [
    draft.connection === null ? 'a connection' : '',
    draft.permissions.length === 0 ? 'a permission' : '',
    draft.members.length === 0 ? 'a member' : '',
  ].filter(Boolean);
}

/** The change to preview. The description changes nobody's access, so it is left out: typing it asks nothing. */
export function previewOf(draft: Draft, rule: Rule | null): RuleChangeInput | null {
  const input = ruleInput(draft);
  if (!input) return null;
  const { description: _, ...access } = input;
  return rule ? { ruleId: rule.id, rule: access } : { rule: access };
}

/** Toggling one of "all" leaves the other six; choosing the last one stays a list, "all" is said only on purpose. */
export function togglePermission(permissions: readonly string[], toggled: Permission): string[] {
  const held = permissions.includes('*') ? PERMISSIONS : permissions;
  const next = held.includes(toggled) ? held.filter((p) => p !== toggled) : [...held, toggled];
  return PERMISSIONS.filter((p) => next.includes(p));
}

export const toggleMember = (members: readonly string[], toggled: string): string[] =>
  members.includes(toggled) ? members.filter((m) => m !== toggled) : [...members, toggled];

export function sameDraft(a: Draft, b: Draft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** True when only words changed: agents get nothing new then. */
export function sameAccess(a: Draft, b: Draft): boolean {
  return sameDraft({ ...a, description: '' }, { ...b, description: '' });
}
