import { allDefaultPrivileges, allPrivileges, compare } from './acl.js';
import { isInSchema } from './catalog-scope.js';
import type { Desired, DesiredGrant } from './desired.js';
import { grantorProblems } from './grantors.js';
import { objectKey, type RoleGraph, type RoleState, type ServerFacts } from './graph.js';
import { nearest } from './nearest.js';
import { type ObjectRef, PUBLIC } from './objects.js';
import { privilegesOf } from './privileges.js';
import { byPlace, type Place, type Problem, problem } from './problem.js';

/** Since which version PostgreSQL has a predefined role. */
const PREDEFINED_SINCE: Readonly<Record<string, number>> = {
  pg_read_all_data: 14,
  pg_write_all_data: 14,
  pg_database_owner: 14,
  pg_checkpoint: 15,
  pg_create_subscription: 16,
  pg_use_reserved_connections: 16,
  pg_maintain: 17,
  pg_signal_autovacuum_worker: 18,
};

interface Meeting {
  readonly desired: Desired;
  /** After retirements have run. */
  readonly current: RoleGraph;
  /** Those that there will be. */
  readonly roles: ReadonlyMap<string, RoleState>;
  readonly memberships: RoleGraph['memberships'];
  readonly facts: ServerFacts;
  readonly columns: Columns;
}

/** Columns of the objects that column grants name, by `objectKey`. Objects that are not in it are not checked. */
export type Columns = ReadonlyMap<string, ReadonlySet<string>>;

/** What a manifest asks for and this server does not have or cannot do; all of it, in the order of the text. */
export function requirementProblems(meeting: Meeting): Problem[] {
  const problems = [
    ...missingRoles(meeting),
    ...missingSchemas(meeting),
    ...grantProblems(meeting),
    ...defaultProblems(meeting),
    ...membershipProblems(meeting),
    ...grantorProblems(meeting),
    ...rowSecurityProblems(meeting),
  ];
  const seen = new Set<string>();
  return problems
    .filter(({ message, file, line, column }) => {
      const key = `${file}\0${line}\0${column}\0${message}`;
      return !seen.has(key) && seen.add(key);
    })
    .sort(byPlace);
}

function* missingRoles({ desired, roles, facts }: Meeting): Iterable<Problem> {
  for (const [role, place, what] of mentionedRoles(desired)) {
    if (role === PUBLIC || roles.has(role)) continue;
    const since = PREDEFINED_SINCE[role];
    if (since !== undefined && facts.major < since) {
      yield unsupported(place, `role \`${role}\` came with PostgreSQL ${since}`, facts);
      continue;
    }
    const near = nearest(role, roles.keys());
    const fix = near === undefined ? 'declare it under `roles`, or create it' : `did you mean \`${near}\`?`;
    yield problem(place, 'server.missing_role', `${what} \`${role}\` does not exist`, fix);
  }
}

function* mentionedRoles(desired: Desired): Iterable<[role: string, place: Place, what: string]> {
  for (const [role, place] of desired.externalRoles) yield [role, place, 'external role'];
  for (const { owner, at } of desired.schemas.values()) if (owner !== null) yield [owner, at, 'owner'];
  // Taking something from a role that is not there is done already.
  for (const { grantee, ensure, at } of desired.grants)
    if (ensure === 'present') yield [grantee, at, 'grantee'];
  for (const { owner, grantee, ensure, at } of desired.defaults) {
    if (ensure === 'absent') continue;
    yield [owner, at, 'owner'];
    yield [grantee, at, 'grantee'];
  }
  for (const { group, members, at } of desired.memberships.values()) {
    yield [group, at, 'group'];
    for (const member of members.values()) {
      yield [member.name, member.at, 'member'];
      if (member.grantedBy !== null) yield [member.grantedBy, member.at, 'grantor'];
    }
  }
  for (const { reassignOwnedTo, at } of desired.retirements) {
    if (reassignOwnedTo !== null) yield [reassignOwnedTo, at, 'successor'];
  }
  for (const { policies, at } of desired.rowSecurity) {
    for (const policy of policies.values())
      for (const role of policy.roles) yield [role, at, 'role of a policy'];
  }
}

function* missingSchemas({ desired, current }: Meeting): Iterable<Problem> {
  const there = (name: string) =>
    desired.schemas.has(name) || current.objects.has(objectKey({ type: 'schema', name }));
  const mentioned: [string | null | undefined, Place][] = [
    ...desired.grants.map(({ object, at }): [string | undefined, Place] => [schemaOf(object), at]),
    ...desired.defaults.map(({ schema, at }): [string | null, Place] => [schema, at]),
    ...desired.rowSecurity.map(({ table, at }): [string | undefined, Place] => [table.schema, at]),
  ];
  for (const [name, place] of mentioned) {
    if (name === null || name === undefined || there(name)) continue;
    const fix = 'create it, or declare it under `schemas`';
    yield problem(place, 'server.missing_object', `schema \`${name}\` does not exist`, fix);
  }
}

function schemaOf({ type, schema, name }: ObjectRef): string | undefined {
  return type === 'schema' ? name : schema;
}

function* grantProblems({ desired, current, facts, columns }: Meeting): Iterable<Problem> {
  for (const grant of desired.grants) {
    const { type, schema, name } = grant.object;
    const { at } = grant;
    yield* versionProblems(grant, facts);
    if (type === 'database' && name !== facts.database) {
      const message = `database \`${name}\` is not the connected one, \`${facts.database}\``;
      yield problem(at, 'server.wrong_database', message, 'connect to it, or move the grant to its manifest');
    }
    const isElsewhere = type === 'database' || type === 'schema' || type === 'parameter';
    if (isElsewhere || name === '*' || grant.ensure === 'absent') continue;
    if (current.objects.has(objectKey(grant.object))) {
      yield* missingColumns(grant, columns);
      continue;
    }
    if (schema !== undefined && !current.objects.has(objectKey({ type: 'schema', name: schema }))) continue;
    yield missingObject(grant, neighbours(grant.object, current));
  }
}

function* missingColumns({ object, columns, at }: DesiredGrant, known: Columns): Iterable<Problem> {
  const there = known.get(objectKey(object));
  if (there === undefined) return;
  for (const column of columns ?? []) {
    if (there.has(column)) continue;
    const near = nearest(column, there);
    const message = `column \`${column}\` of ${object.type.replaceAll('_', ' ')} \`${object.schema}.${object.name}\` does not exist`;
    const fix =
      near === undefined ? 'create it first, or remove it from `columns`' : `did you mean \`${near}\`?`;
    yield problem(at, 'server.missing_object', message, fix);
  }
}

function neighbours({ schema }: ObjectRef, { objects }: RoleGraph): ObjectRef[] {
  return [...objects.values()].map(({ ref }) => ref).filter((ref) => ref.schema === schema);
}

function missingObject({ object, at }: DesiredGrant, neighbours: readonly ObjectRef[]): Problem {
  const bare = bareName(object);
  const others = neighbours.filter((ref) => bareName(ref) === bare);
  const { type, name } = object;
  const shown = isInSchema(type) ? `${object.schema}.${name}` : name;
  const message = `${type.replaceAll('_', ' ')} \`${shown}\` does not exist`;
  const same = others.filter((other) => other.type === type).map((other) => `\`${other.name}\``);
  const other = others.find((each) => each.name === name);
  const near = nearest(
    name,
    neighbours.filter((ref) => ref.type === type).map((ref) => ref.name),
  );
  const fix = other
    ? `it is a ${other.type.replaceAll('_', ' ')}: write \`type: ${other.type}\``
    : same.length > 0
      ? `there is ${same.sort(compare).slice(0, 5).join(', ')}`
      : near !== undefined
        ? `did you mean \`${near}\`?`
        : 'create it first, or remove the grant';
  return problem(at, 'server.missing_object', message, fix);
}

/** Without a function's arguments. */
function bareName({ type, name }: ObjectRef): string {
  return type === 'function' || type === 'procedure' ? name.replace(/\(.*$/s, '') : name;
}

function* versionProblems(
  { object, privileges, all, at }: DesiredGrant,
  facts: ServerFacts,
): Iterable<Problem> {
  if (object.type === 'parameter' && facts.major < 15) {
    yield unsupported(at, 'privileges on parameters came with PostgreSQL 15', facts);
  }
  const unknown = all ? 0 : privileges & ~allPrivileges(object.type, facts.major);
  if (unknown) yield unknownPrivilege(at, unknown, facts);
}

function unknownPrivilege(at: Place, mask: number, facts: ServerFacts): Problem {
  return unsupported(at, `${privilegesOf(mask).join(', ')} came with PostgreSQL 17`, facts);
}

function unsupported(at: Place, what: string, { major }: ServerFacts): Problem {
  return problem(
    at,
    'server.unsupported',
    `${what}, this server is ${major}`,
    'upgrade the server, or leave it out',
  );
}

function* defaultProblems({ desired, facts }: Meeting): Iterable<Problem> {
  for (const { on, privileges, all, at } of desired.defaults) {
    if (on === 'large_object' && facts.major < 18) {
      yield unsupported(at, 'default privileges on large objects came with PostgreSQL 18', facts);
    }
    const unknown = all ? 0 : privileges & ~allDefaultPrivileges(on, facts.major);
    if (unknown) yield unknownPrivilege(at, unknown, facts);
  }
}

/** Before PostgreSQL 16 a membership has no INHERIT and no SET of its own. */
function* membershipProblems({ desired, roles, facts }: Meeting): Iterable<Problem> {
  if (facts.major >= 16) return;
  for (const { members } of desired.memberships.values()) {
    for (const { name, inherit, set, grantedBy, at } of members.values()) {
      if (set === false) yield unsupported(at, '`set: false` of a membership came with PostgreSQL 16', facts);
      if (grantedBy !== null)
        yield unsupported(at, '`granted_by` of a membership came with PostgreSQL 16', facts);
      const own = roles.get(name)?.inherit;
      if (inherit === null || own === undefined || inherit === own) continue;
      const message = `\`inherit: ${inherit}\` of a membership came with PostgreSQL 16, this server is ${facts.major}`;
      yield problem(
        at,
        'server.unsupported',
        message,
        `set \`inherit: ${inherit}\` on role \`${name}\` itself`,
      );
    }
  }
}

function* rowSecurityProblems({ desired, current }: Meeting): Iterable<Problem> {
  for (const { table, at } of desired.rowSecurity) {
    if (current.objects.has(objectKey(table))) continue;
    const message = `table \`${table.schema}.${table.name}\` does not exist`;
    yield problem(at, 'server.missing_object', message, 'create it first, or remove it from `row_security`');
  }
}
