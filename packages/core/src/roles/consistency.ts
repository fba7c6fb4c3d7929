import type { DesiredDefault, DesiredGrant, DesiredMember } from './desired.js';
import type { Entries } from './entries.js';
import { defaultKey, objectKey } from './graph.js';
import { PUBLIC } from './objects.js';
import { privilegesOf } from './privileges.js';
import { type Place, type Problem, problem } from './problem.js';

/** What only shows when all entries are seen together. Each problem stands at the later place and names the earlier. */
export function consistencyProblems(entries: Entries): Problem[] {
  return [
    ...duplicates(entries),
    ...retirementProblems(entries),
    ...membershipProblems(entries),
    ...cycleProblems(entries),
    ...contradictions(entries.grants, grantSubject),
    ...contradictions(entries.defaults, (entry) => ({
      key: `${defaultKey(entry)}\0${entry.grantee}`,
      text: `default privileges on ${entry.on}s of \`${entry.owner}\``,
    })),
    ...configRoleProblems(entries),
  ];
}

const seenAt = ({ file, line, column }: Place): string => `${file}:${line}:${column}`;

function twice<T extends { readonly at: Place }>(
  items: readonly T[],
  key: (item: T) => string,
  text: (item: T) => string,
): Problem[] {
  const first = new Map<string, T>();
  return items.flatMap((item) => {
    const before = first.get(key(item));
    if (!before) {
      first.set(key(item), item);
      return [];
    }
    const message = `${text(item)} is declared twice, first at ${seenAt(before.at)}`;
    return [problem(item.at, 'manifest.duplicate', message, 'keep one of them')];
  });
}

function duplicates({ roles, externalRoles, schemas, retirements, rowSecurity }: Entries): Problem[] {
  return [
    ...twice(
      [...roles, ...externalRoles],
      ({ name }) => name,
      ({ name }) => `role \`${name}\``,
    ),
    ...twice(
      schemas,
      ({ name }) => name,
      ({ name }) => `schema \`${name}\``,
    ),
    ...twice(
      retirements,
      ({ role }) => role,
      ({ role }) => `the retirement of \`${role}\``,
    ),
    ...twice(
      rowSecurity,
      ({ table }) => objectKey(table),
      ({ table }) => `row level security of \`${table.schema}.${table.name}\``,
    ),
  ];
}

/** A role that goes cannot be wanted anywhere. */
function retirementProblems(entries: Entries): Problem[] {
  const { retirements, roles, externalRoles, schemas, grants, defaults, memberships, rowSecurity } = entries;
  const gone = new Map(retirements.map(({ role, at }) => [role, at]));
  if (gone.size === 0) return [];
  const uses: { name: string; as: string; at: Place }[] = [
    ...[...roles, ...externalRoles].map(({ name, at }) => ({ name, as: 'declared', at })),
    ...schemas.flatMap(({ owner, at }) => (owner ? [{ name: owner, as: 'the owner of a schema', at }] : [])),
    ...grants
      .filter(({ ensure }) => ensure === 'present')
      .map(({ grantee, at }) => ({ name: grantee, as: 'granted something', at })),
    ...defaults
      .filter(({ ensure }) => ensure === 'present')
      .flatMap(({ grantee, owner, at }) => [
        { name: grantee, as: 'granted something', at },
        { name: owner, as: 'the owner of default privileges', at },
      ]),
    ...memberships.flatMap(({ group, members, at }) => [
      { name: group, as: 'a group', at },
      ...members.map((member) => ({ name: member.name, as: 'a member', at: member.at })),
      ...members.flatMap(({ grantedBy, at: there }) =>
        grantedBy === null ? [] : [{ name: grantedBy, as: 'the grantor of a membership', at: there }],
      ),
    ]),
    ...retirements.flatMap(({ role, reassignOwnedTo, at }) =>
      reassignOwnedTo && reassignOwnedTo !== role ? [{ name: reassignOwnedTo, as: 'a successor', at }] : [],
    ),
    ...rowSecurity.flatMap(({ policies, at }) =>
      [...policies.values()].flatMap((policy) =>
        policy.roles.map((name) => ({ name, as: 'in a policy', at })),
      ),
    ),
  ];
  return uses.flatMap(({ name, as, at }) => {
    const retired = gone.get(name);
    if (!retired) return [];
    const message = `role \`${name}\` is ${as}, but retired at ${seenAt(retired)}`;
    return [problem(at, 'manifest.contradiction', message, 'remove one of the two')];
  });
}

const flagsOf = ({ admin, inherit, set, grantedBy }: DesiredMember): string =>
  JSON.stringify([admin, inherit ?? true, set ?? true, grantedBy]);

function membershipProblems({ memberships }: Entries): Problem[] {
  const problems: Problem[] = [];
  const members = new Map<string, DesiredMember>();
  const exclusive = new Map<string, { value: boolean; at: Place }>();
  for (const entry of memberships) {
    const { group, at } = entry;
    const said = exclusive.get(group);
    if (said && entry.exclusive !== undefined && entry.exclusive !== said.value) {
      const message = `\`exclusive\` of group \`${group}\` differs from the one at ${seenAt(said.at)}`;
      problems.push(problem(at, 'manifest.contradiction', message, 'write the same in both places'));
    }
    if (!said && entry.exclusive !== undefined) exclusive.set(group, { value: entry.exclusive, at });
    for (const member of entry.members) {
      const key = `${group}\0${member.name}`;
      const before = members.get(key);
      if (!before) members.set(key, member);
      else if (flagsOf(before) !== flagsOf(member)) {
        const message = `the options of \`${member.name}\` in group \`${group}\` differ from those at ${seenAt(before.at)}`;
        problems.push(problem(member.at, 'manifest.contradiction', message, 'write the same in both places'));
      }
    }
  }
  return problems;
}

/** Memberships in a circle; PostgreSQL refuses the last of them. Each circle once, at the edge that closes it. */
function cycleProblems({ memberships }: Entries): Problem[] {
  const groupsOf = new Map<string, { group: string; at: Place }[]>();
  for (const { group, members } of memberships) {
    for (const { name, at } of members) {
      const groups = groupsOf.get(name);
      if (groups) groups.push({ group, at });
      else groupsOf.set(name, [{ group, at }]);
    }
  }
  const problems: Problem[] = [];
  const done = new Set<string>();
  for (const start of groupsOf.keys()) {
    if (done.has(start)) continue;
    const path: string[] = [start];
    const onPath = new Set(path);
    const pending = [[...(groupsOf.get(start) ?? [])]];
    while (pending.length > 0) {
      const edge = pending.at(-1)?.pop();
      if (!edge) {
        pending.pop();
        const left = path.pop() ?? '';
        onPath.delete(left);
        done.add(left);
      } else if (onPath.has(edge.group)) {
        const circle = [...path.slice(path.indexOf(edge.group)), edge.group].map((name) => `\`${name}\``);
        const message = `memberships go in a circle: ${circle.join(' in ')}`;
        problems.push(problem(edge.at, 'manifest.cycle', message, 'remove one of these memberships'));
      } else if (!done.has(edge.group)) {
        path.push(edge.group);
        onPath.add(edge.group);
        pending.push([...(groupsOf.get(edge.group) ?? [])]);
      }
    }
  }
  return problems;
}

function grantSubject({ object, columns, grantee }: DesiredGrant): { key: string; text: string } {
  const name = object.schema === undefined ? object.name : `${object.schema}.${object.name}`;
  return {
    key: [objectKey(object), grantee, ...(columns ?? [])].join('\0'),
    text: `${object.type.replaceAll('_', ' ')} \`${name}\``,
  };
}

/** The same right wanted and unwanted. */
function contradictions<T extends DesiredGrant | DesiredDefault>(
  entries: readonly T[],
  subject: (entry: T) => { key: string; text: string },
): Problem[] {
  const bySubject = new Map<string, T[]>();
  const problems: Problem[] = [];
  for (const entry of entries) {
    const { key, text } = subject(entry);
    const others = bySubject.get(key) ?? [];
    const clash = others.find(
      (other) =>
        other.ensure !== entry.ensure && (other.privileges & entry.privileges) !== 0 && collide(other, entry),
    );
    if (clash) {
      const names = privilegesOf(clash.privileges & entry.privileges).join(', ');
      const grantee = entry.grantee === PUBLIC ? 'PUBLIC' : entry.grantee;
      const message = `${names} on ${text} is both present and absent for \`${grantee}\`, see ${seenAt(clash.at)}`;
      problems.push(problem(entry.at, 'manifest.contradiction', message, 'remove one of the two'));
    }
    others.push(entry);
    bySubject.set(key, others);
  }
  return problems;
}

/** `absent` WITH GRANT OPTION is about the option only: it goes well with a plain `present`. */
function collide(a: DesiredGrant | DesiredDefault, b: DesiredGrant | DesiredDefault): boolean {
  const [present, absent] = a.ensure === 'present' ? [a, b] : [b, a];
  return !absent.grantable || present.grantable;
}

/** `config: { role: g }` takes effect at login only when the role is a member of g. */
function configRoleProblems({ roles, externalRoles, memberships }: Entries): Problem[] {
  const declared = new Set([...roles, ...externalRoles].map(({ name }) => name));
  return roles.flatMap((role) => {
    const wanted = roleSetting(role.config) ?? roleSetting(role.databaseConfig);
    if (!wanted || wanted === 'none' || wanted === role.name || role.superuser || !declared.has(wanted))
      return [];
    const reached = new Set([role.name]);
    for (const name of reached) {
      for (const { group, members } of memberships) {
        if (members.some((member) => member.name === name && member.set !== false)) reached.add(group);
      }
    }
    if (reached.has(wanted)) return [];
    const message = `role \`${role.name}\` is set to act as \`${wanted}\`, but is no member of it`;
    return [
      problem(role.at, 'manifest.contradiction', message, `add it to \`${wanted}\` under \`memberships\``),
    ];
  });
}

function roleSetting(config: ReadonlyMap<string, string> | null): string | undefined {
  return [...(config ?? [])].find(([key]) => key.toLowerCase() === 'role')?.[1];
}
