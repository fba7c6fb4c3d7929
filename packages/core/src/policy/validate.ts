import type { ErrorCode } from '../errors.js';
import { isPermission, PERMISSIONS } from './permission.js';

/** A rule as somebody typed it. */
export interface RuleInput {
  readonly connection: string;
  readonly permissions: readonly string[];
  readonly members: readonly string[];
}

/** What exists where the rule is to live. `hasUser` gets the address in lower case. */
export interface KnownNames {
  hasConnection(slug: string): boolean;
  hasGroup(slug: string): boolean;
  hasUser(email: string): boolean;
}

/** Something wrong with a rule, the field at fault (`members.1`) and what to do about it. */
export interface RuleProblem {
  readonly code: ErrorCode;
  readonly field: string;
  readonly message: string;
  readonly fix: string;
}

const PERMISSION_NAMES = PERMISSIONS.map((name) => `\`${name}\``).join(', ');

/** All problems of a rule at once; none means that it may be saved. (`spec/iam-rules.txt`, "Prerequisites" and "Defining Rules".) */
export function validateRule(input: RuleInput, known: KnownNames): RuleProblem[] {
  return [
    ...connectionProblems(input.connection, known),
    ...permissionProblems(input.permissions),
    ...memberProblems(input.members, known),
  ];
}

function connectionProblems(connection: string, known: KnownNames): RuleProblem[] {
  if (connection === '*') return [];
  const fix = 'write `*` for all connections, or the id of one that exists';
  if (connection === '') {
    return [{ code: 'rule.empty', field: 'connection', message: 'the rule names no connection', fix }];
  }
  if (known.hasConnection(connection)) return [];
  const message = `there is no connection \`${connection}\``;
  return [{ code: 'rule.unknown_connection', field: 'connection', message, fix }];
}

function permissionProblems(permissions: readonly string[]): RuleProblem[] {
  const fix = `use ${PERMISSION_NAMES}, or \`*\` for all of them`;
  if (permissions.length === 0) {
    return [{ code: 'rule.empty', field: 'permissions', message: 'the rule grants no permission', fix }];
  }
  return permissions.flatMap((name, index): RuleProblem[] => {
    if (name === '*' || isPermission(name)) return [];
    const message = `\`${name}\` is not a permission`;
    return [{ code: 'rule.unknown_permission', field: `permissions.${index}`, message, fix }];
  });
}

function memberProblems(members: readonly string[], known: KnownNames): RuleProblem[] {
  if (members.length === 0) {
    const fix = 'name at least one member: `*`, `user:<email>` or `group:<group-id>`';
    return [{ code: 'rule.empty', field: 'members', message: 'the rule has no members', fix }];
  }
  return members.flatMap((member, index) => memberProblem(member, `members.${index}`, known) ?? []);
}

function memberProblem(member: string, field: string, known: KnownNames): RuleProblem | undefined {
  if (member === '*') return undefined;
  if (member.startsWith('user:')) return userProblem(member.slice('user:'.length), field, known);
  if (member.startsWith('group:')) return groupProblem(member.slice('group:'.length), field, known);
  const fix = isEmail(member)
    ? `write \`user:${member}\``
    : known.hasGroup(member)
      ? `write \`group:${member}\``
      : 'write `*`, `user:<email>` or `group:<group-id>`';
  return { code: 'rule.malformed_member', field, message: `\`${member}\` is not a member`, fix };
}

function userProblem(email: string, field: string, known: KnownNames): RuleProblem | undefined {
  if (!isEmail(email)) {
    const message = `\`user:${email}\` holds no e-mail address`;
    return { code: 'rule.malformed_member', field, message, fix: 'write `user:` and a whole e-mail address' };
  }
  if (known.hasUser(email.toLowerCase())) return undefined;
  const fix = `invite \`${email}\` to the organisation first, or correct the address`;
  return { code: 'rule.unknown_user', field, message: `nobody here has the address \`${email}\``, fix };
}

function groupProblem(slug: string, field: string, known: KnownNames): RuleProblem | undefined {
  if (slug === '') {
    const fix = 'write `group:` and the id of a group';
    return { code: 'rule.malformed_member', field, message: '`group:` names no group', fix };
  }
  if (known.hasGroup(slug)) return undefined;
  const fix = `create the group \`${slug}\` first, or name one that exists`;
  return { code: 'rule.unknown_group', field, message: `there is no group \`${slug}\``, fix };
}

/** Something, an at sign, something, no blanks: enough to tell a slip of the pen; existence is what counts. */
function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text);
}
