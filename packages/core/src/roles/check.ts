import {
  allowedOn,
  allowedOnFuture,
  objectProblems,
  privilegeProblems,
  type WrittenObject,
  withArticle,
} from './check-objects.js';
import { checkRoles } from './check-roles.js';
import type { PathSegment, ReadDocument } from './document.js';
import type { DefaultObjectType } from './graph.js';
import type { Manifest, Profile } from './manifest.js';
import { granteeProblems, nameProblems, roleProblems } from './names.js';
import { type Problem, problem } from './problem.js';

type At = ReadDocument['at'];
type Path = readonly PathSegment[];

/** What is wrong with single entries of a manifest. What they mean together is checked by `expand`. */
export function checkManifest(manifest: Manifest, at: At): Problem[] {
  const problems = [...checkRoles(manifest, at)];
  if (manifest.default_owner !== undefined) {
    problems.push(...roleProblems(manifest.default_owner, 'the default owner', at(['default_owner'])));
  }
  for (const [name, profile] of Object.entries(manifest.profiles)) {
    problems.push(...checkProfile(profile, at, ['profiles', name]));
  }
  for (const [index, schema] of manifest.schemas.entries()) {
    problems.push(...checkSchema(schema, at, ['schemas', index]));
  }
  for (const [index, grant] of manifest.grants.entries()) {
    const path = ['grants', index];
    problems.push(...granteeProblems(grant.role, 'the grantee', at([...path, 'role'])));
    problems.push(...grantProblems(grant, at, path, grant.role, false));
  }
  for (const [index, entry] of manifest.default_privileges.entries()) {
    problems.push(...checkDefaults(entry, at, ['default_privileges', index]));
  }
  for (const [index, table] of manifest.row_security.entries()) {
    problems.push(...checkRowSecurity(table, at, ['row_security', index]));
  }
  return problems;
}

interface WrittenGrant {
  readonly privileges: readonly string[];
  readonly object: WrittenObject;
  readonly ensure: 'present' | 'absent';
  readonly with_grant_option: boolean;
}

function grantProblems(grant: WrittenGrant, at: At, path: Path, grantee: string, bound: boolean): Problem[] {
  const { object } = grant;
  const what = object.columns ? `columns of ${withArticle(object.type)}` : withArticle(object.type);
  return [
    ...privilegeProblems(grant.privileges, allowedOn(object), what, at, [...path, 'privileges']),
    ...objectProblems(object, at, [...path, 'object'], bound),
    ...grantOptionProblems(grant, grantee, at, path),
  ];
}

function grantOptionProblems(
  grant: Pick<WrittenGrant, 'ensure' | 'with_grant_option'>,
  grantee: string,
  at: At,
  path: Path,
): Problem[] {
  if (grantee !== 'PUBLIC' || !grant.with_grant_option || grant.ensure === 'absent') return [];
  const message = 'a grant option cannot be given to `PUBLIC`';
  const place = at([...path, 'with_grant_option']);
  return [problem(place, 'manifest.contradiction', message, 'remove `with_grant_option`, or name a role')];
}

function checkProfile(profile: Profile, at: At, path: Path): Problem[] {
  return [
    ...profile.grants.flatMap((grant, index) =>
      grantProblems(grant, at, [...path, 'grants', index], '', true),
    ),
    ...profile.default_privileges.flatMap((entry, index) => {
      const here = [...path, 'default_privileges', index];
      return [
        ...futureProblems(entry.on_type, entry.privileges, at, here),
        ...schemaBoundProblems(entry.on_type, at, here),
      ];
    }),
  ];
}

function futureProblems(on: DefaultObjectType, privileges: readonly string[], at: At, path: Path): Problem[] {
  const what = `${withArticle(on)} made later`;
  return privilegeProblems(privileges, allowedOnFuture(on), what, at, [...path, 'privileges']);
}

/** ALTER DEFAULT PRIVILEGES: "IN SCHEMA cannot be used when granting on schemas or large objects". */
function schemaBoundProblems(on: DefaultObjectType, at: At, path: Path): Problem[] {
  if (on !== 'schema' && on !== 'large_object') return [];
  const message = `default privileges on ${on.replace('_', ' ')}s cannot be bound to a schema`;
  const fix = 'use `scope: { type: global }` under `default_privileges`';
  return [problem(at([...path, 'on_type']), 'manifest.contradiction', message, fix)];
}

function checkSchema(schema: Manifest['schemas'][number], at: At, path: Path): Problem[] {
  const problems = nameProblems(schema.name, 'the schema', at([...path, 'name']));
  if (schema.name.startsWith('pg_')) {
    const message = `schema \`${schema.name}\` is one of PostgreSQL's own`;
    problems.push(problem(at([...path, 'name']), 'manifest.bad_name', message, 'name it in `grants` only'));
  }
  if (schema.owner !== undefined) {
    problems.push(...roleProblems(schema.owner, 'the owner', at([...path, 'owner'])));
  }
  const pattern = schema.role_pattern;
  if (schema.profiles.length > 0 && !pattern.includes('{profile}')) {
    const message = `the role pattern \`${pattern}\` of schema \`${schema.name}\` has no \`{profile}\``;
    problems.push(
      problem(at([...path, 'role_pattern']), 'manifest.bad_value', message, 'add `{profile}` to it'),
    );
  }
  const unknown = pattern.match(/\{[^}]*\}/g)?.find((word) => word !== '{schema}' && word !== '{profile}');
  if (unknown) {
    const message = `the role pattern \`${pattern}\` has \`${unknown}\`, which stands for nothing`;
    const fix = 'use `{schema}` and `{profile}`';
    problems.push(problem(at([...path, 'role_pattern']), 'manifest.bad_value', message, fix));
  }
  return problems;
}

function checkDefaults(entry: Manifest['default_privileges'][number], at: At, path: Path): Problem[] {
  const problems: Problem[] = [];
  const add = (code: Problem['code'], message: string, fix: string, key: string) =>
    problems.push(problem(at([...path, key]), code, message, fix));
  if (entry.owner !== undefined)
    problems.push(...roleProblems(entry.owner, 'the owner', at([...path, 'owner'])));
  const { scope } = entry;
  const schema = entry.schema ?? scope?.schema;
  if (entry.schema !== undefined && scope !== undefined) {
    add('manifest.contradiction', 'both `schema` and `scope` are given', 'keep one of them', 'scope');
  } else if (scope?.type === 'global' && scope.schema !== undefined) {
    add(
      'manifest.contradiction',
      'a global scope has no schema',
      'remove `schema` or use type `schema`',
      'scope',
    );
  } else if (schema === undefined && scope?.type !== 'global') {
    const fix = 'add `schema: …`, or `scope: { type: global }` for objects anywhere';
    add('manifest.missing_field', 'the default privileges name no schema', fix, 'schema');
  }
  if (schema !== undefined) {
    problems.push(...nameProblems(schema, 'the schema', at([...path, entry.schema ? 'schema' : 'scope'])));
  }
  for (const [index, grant] of entry.grant.entries()) {
    const here = [...path, 'grant', index];
    problems.push(...granteeProblems(grant.role, 'the grantee', at([...here, 'role'])));
    problems.push(...futureProblems(grant.on_type, grant.privileges, at, here));
    problems.push(...grantOptionProblems(grant, grant.role, at, here));
    if (schema !== undefined) problems.push(...schemaBoundProblems(grant.on_type, at, here));
  }
  return problems;
}

function checkRowSecurity(table: Manifest['row_security'][number], at: At, path: Path): Problem[] {
  const problems = [
    ...nameProblems(table.schema, 'the schema', at([...path, 'schema'])),
    ...nameProblems(table.table, 'the table', at([...path, 'table'])),
  ];
  for (const [index, policy] of table.policies.entries()) {
    const here = [...path, 'policies', index];
    problems.push(...nameProblems(policy.name, 'the policy', at([...here, 'name'])));
    for (const [n, role] of policy.roles.entries()) {
      problems.push(...granteeProblems(role, 'the role', at([...here, 'roles', n])));
    }
    if (policy.check !== undefined && (policy.command === 'SELECT' || policy.command === 'DELETE')) {
      const message = `a policy for ${policy.command} writes no rows, \`check\` is never used`;
      problems.push(problem(at([...here, 'check']), 'manifest.contradiction', message, 'remove `check`'));
    }
    if (policy.using !== undefined && policy.command === 'INSERT') {
      const message = 'a policy for INSERT sees no rows, `using` is never used';
      problems.push(problem(at([...here, 'using']), 'manifest.contradiction', message, 'use `check`'));
    }
    for (const key of ['using', 'check'] as const) {
      if (!policy[key]?.includes('\0')) continue;
      const message = `\`${key}\` holds a NUL character`;
      problems.push(problem(at([...here, key]), 'manifest.bad_value', message, 'remove it'));
    }
  }
  return problems;
}
