import { ALL_PERMISSIONS, isPermission, type KnownNames, maskOf, validateRule } from '@postern/core/policy';
import { z } from 'zod';
import { connectionsBySlug } from '../connections/connection.queries.js';
import { InvalidInput } from '../errors/invalid-input.js';
import { input, parseInput } from '../errors/parse-input.js';
import { groupIdsBySlug } from '../groups/group.queries.js';
import { peopleByEmail } from '../orgs/member.queries.js';
import type { Tx } from '../tenancy/tenant-db.js';
import type { MemberTarget, NewRuleRow } from './rule.store.js';

/** A rule as somebody wrote it. */
export interface RuleDraft {
  connection: string;
  permissions: readonly string[];
  members: readonly string[];
  description?: string | null;
}

const MOST_MEMBERS = 500;
const draft = z.object({
  connection: z.string().max(100, 'must have at most 100 characters'),
  permissions: z.array(z.string().max(50, 'is too long')).max(50, 'has too many entries'),
  members: z
    .array(z.string().max(300, 'is too long'))
    .max(MOST_MEMBERS, `must have at most ${MOST_MEMBERS} entries; use a group`),
  description: input.description.nullish().transform((text) => text ?? ''),
});

/** A rule whose names have been looked up, ready to be stored. */
export interface ResolvedRule {
  row: NewRuleRow;
  /** Environment of its connection; null for `*`. */
  environmentId: string | null;
  /** Its words, in their one form: what a preview compiles and the audit trail keeps. */
  text: { connection: string; permissions: string[]; members: string[]; description: string };
}

/** Addresses are compared in lower case; a member named twice is named once. */
function normalised(members: readonly string[]): string[] {
  return [...new Set(members.map((member) => (member.startsWith('user:') ? member.toLowerCase() : member)))];
}

const namedAfter = (prefix: string, members: readonly string[]): string[] =>
  members.filter((member) => member.startsWith(prefix)).map((member) => member.slice(prefix.length));

/** Looks up what a rule names, in four queries however long it is; everything wrong with it is said at once. */
export async function resolveRule(tx: Tx, given: RuleDraft): Promise<ResolvedRule> {
  const { connection, permissions, members, description } = parseInput(draft, given);
  const connections = await connectionsBySlug(tx, connection === '*' ? [] : [connection]);
  const bare = members.filter((member) => !member.includes(':'));
  const groups = await groupIdsBySlug(tx, [...namedAfter('group:', members), ...bare]);
  const people = await peopleByEmail(
    tx,
    namedAfter(
      'user:',
      members.map((member) => member.toLowerCase()),
    ),
  );
  const known: KnownNames = {
    hasConnection: (slug) => connections.has(slug),
    hasGroup: (slug) => groups.has(slug),
    hasUser: (email) => people.has(email),
  };
  const [first, ...more] = validateRule({ connection, permissions, members }, known);
  if (first) throw new InvalidInput([first, ...more]);

  const mask = permissions.includes('*') ? ALL_PERMISSIONS : maskOf(permissions.filter(isPermission));
  const names = normalised(members);
  const targets = names.flatMap((member): MemberTarget[] => {
    if (member === '*') return [{ kind: 'everyone' }];
    const user = people.get(member.slice('user:'.length));
    if (member.startsWith('user:') && user) return [{ kind: 'user', userId: user.id }];
    const groupId = groups.get(member.slice('group:'.length));
    return groupId ? [{ kind: 'group', groupId }] : [];
  });
  const target = connections.get(connection);
  return {
    row: { connectionId: target?.id ?? null, permissions: mask, description, members: targets },
    environmentId: target?.environmentId ?? null,
    text: {
      connection,
      permissions: mask === ALL_PERMISSIONS ? ['*'] : [...new Set(permissions)],
      members: names,
      description,
    },
  };
}
