import type { PathSegment, ReadDocument } from './document.js';
import type { Manifest, ManifestRole } from './manifest.js';
import { isPredefinedRole, ownRoleProblems, roleProblems } from './names.js';
import { type Problem, problem } from './problem.js';
import { instantOf } from './valid-until.js';

type At = ReadDocument['at'];
type Path = readonly PathSegment[];

/** Roles, memberships and retirements, entry by entry. */
export function checkRoles(manifest: Manifest, at: At): Problem[] {
  return [
    ...manifest.roles.flatMap((role, index) => checkRole(role, at, ['roles', index])),
    ...Object.entries(manifest.profiles).flatMap(([name, { config, comment }]) => [
      ...configProblems(config, at, ['profiles', name, 'config']),
      ...commentProblems(comment, at, ['profiles', name]),
    ]),
    ...manifest.memberships.flatMap((entry, index) => checkMembership(entry, at, ['memberships', index])),
    ...manifest.retirements.flatMap((entry, index) => checkRetirement(entry, at, ['retirements', index])),
  ];
}

function checkRole(role: ManifestRole, at: At, path: Path): Problem[] {
  const problems: Problem[] = [];
  const add = (code: Problem['code'], message: string, fix: string, key: string) =>
    problems.push(problem(at([...path, key]), code, message, fix));
  const name = at([...path, 'name']);
  if (role.external) {
    problems.push(...roleProblems(role.name, 'the role', name));
    const set = attributesOf(role);
    const first = set[0];
    if (first) {
      const message = `role \`${role.name}\` is external, so \`${first}\` is not managed here`;
      add('manifest.contradiction', message, `remove \`${set.join('`, `')}\`, or \`external\``, first);
    }
    return problems;
  }
  problems.push(...ownRoleProblems(role.name, 'the role', name));
  if (role.password && role.login !== true) {
    const message = `role \`${role.name}\` has a password, but cannot log in`;
    add('manifest.bad_password', message, 'add `login: true`, or remove `password`', 'password');
  }
  const until = role.password_valid_until;
  if (until !== undefined && instantOf(until) === undefined) {
    const message = `\`${until}\` of role \`${role.name}\` is no instant`;
    add('manifest.bad_value', message, 'write it as `2027-01-31T00:00:00Z`', 'password_valid_until');
  }
  problems.push(...commentProblems(role.comment, at, path));
  problems.push(...configProblems(role.config, at, [...path, 'config']));
  problems.push(...configProblems(role.database_config, at, [...path, 'database_config']));
  return problems;
}

function commentProblems(comment: string | undefined, at: At, path: Path): Problem[] {
  if (!comment?.includes('\0')) return [];
  return [
    problem(at([...path, 'comment']), 'manifest.bad_value', 'the comment holds a NUL character', 'remove it'),
  ];
}

/** Fields of an external role that say more than its name. */
function attributesOf(role: ManifestRole): string[] {
  const flags = ['superuser', 'createdb', 'createrole', 'replication', 'bypassrls'] as const;
  const values = ['comment', 'password', 'password_valid_until', 'config', 'database_config'] as const;
  return [
    ...(role.login ? ['login'] : []),
    ...flags.filter((flag) => role[flag]),
    ...(role.inherit ? [] : ['inherit']),
    ...(role.connection_limit === -1 ? [] : ['connection_limit']),
    ...values.filter((key) => role[key] !== undefined),
  ];
}

const SETTING = /^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$/;

function configProblems(config: Record<string, string> | undefined, at: At, path: Path): Problem[] {
  const seen = new Map<string, string>();
  return Object.entries(config ?? {}).flatMap(([key, value]) => {
    const place = at([...path, key], 'key');
    const twin = seen.get(key.toLowerCase());
    seen.set(key.toLowerCase(), key);
    if (!SETTING.test(key)) {
      return [
        problem(place, 'manifest.bad_name', `\`${key}\` is no name of a setting`, 'write it as in `SHOW …`'),
      ];
    }
    if (twin !== undefined) {
      const message = `\`${key}\` and \`${twin}\` are the same setting`;
      return [problem(place, 'manifest.duplicate', message, 'keep one of them')];
    }
    if (!value.includes('\0')) return [];
    return [problem(place, 'manifest.bad_value', `\`${key}\` holds a NUL character`, 'remove it')];
  });
}

function checkMembership(entry: Manifest['memberships'][number], at: At, path: Path): Problem[] {
  const problems = roleProblems(entry.role, 'the group', at([...path, 'role']));
  if (entry.role === 'pg_database_owner') {
    const message = '`pg_database_owner` has the owner of the database as its only member';
    problems.push(
      problem(at([...path, 'role']), 'manifest.bad_name', message, 'grant to a role of your own'),
    );
  }
  for (const [index, member] of entry.members.entries()) {
    const here = [...path, 'members', index];
    problems.push(...roleProblems(member.name, 'the member', at([...here, 'name'])));
    if (member.granted_by !== undefined) {
      problems.push(...roleProblems(member.granted_by, 'the grantor', at([...here, 'granted_by'])));
    }
  }
  return problems;
}

function checkRetirement(entry: Manifest['retirements'][number], at: At, path: Path): Problem[] {
  const problems = ownRoleProblems(entry.role, 'the retired role', at([...path, 'role']));
  const successor = entry.reassign_owned_to;
  if (successor === undefined) return problems;
  const place = at([...path, 'reassign_owned_to']);
  if (successor === entry.role) {
    const message = `role \`${entry.role}\` cannot be its own successor`;
    problems.push(problem(place, 'manifest.contradiction', message, 'name another role'));
  } else if (isPredefinedRole(successor)) {
    const message = `\`${successor}\` cannot take over what others own`;
    problems.push(problem(place, 'manifest.bad_name', message, 'name a role of your own'));
  } else {
    problems.push(...roleProblems(successor, 'the successor', place));
  }
  return problems;
}
