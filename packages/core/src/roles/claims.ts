import type { Claim } from './desired.js';
import type { Entries } from './entries.js';
import type { Manifest } from './manifest.js';
import type { Place } from './problem.js';

/** One claim for each thing that an entry speaks of; the same thing twice gives two. */
export function claimsOf(entries: Entries, manifest: Manifest): { claim: Claim; at: Place }[] {
  const ownerless = new Set(
    manifest.schemas
      .filter(({ owner }) => (owner ?? manifest.default_owner) === undefined)
      .map(({ name }) => name),
  );
  const bound = manifest.schemas.filter(bindsProfiles).map(({ name }) => name);
  const placeOf = new Map(entries.schemas.map(({ name, at }) => [name, at]));
  return [
    ...entries.roles.map(({ name, at }) => ({ claim: { kind: 'role' as const, name }, at })),
    ...entries.retirements.map(({ role, at }) => ({ claim: { kind: 'role' as const, name: role }, at })),
    ...entries.schemas
      .filter(({ name }) => !ownerless.has(name))
      .map(({ name, at }) => ({ claim: { kind: 'schema_owner' as const, name }, at })),
    ...bound.flatMap((name) => {
      const at = placeOf.get(name);
      return at ? [{ claim: { kind: 'schema_bindings' as const, name }, at }] : [];
    }),
    ...entries.grants.map(({ grantee, object, at }) => ({
      claim: { kind: 'grant' as const, role: grantee, object },
      at,
    })),
    ...entries.defaults.map(({ owner, schema, on, grantee, at }) => ({
      claim: { kind: 'default_privilege' as const, owner, schema, on, grantee },
      at,
    })),
    ...entries.memberships.flatMap(({ group, members }) =>
      members.map(({ name, at }) => ({
        claim: { kind: 'membership' as const, role: group, member: name },
        at,
      })),
    ),
    ...entries.rowSecurity.map(({ table, at }) => ({
      claim: { kind: 'row_security' as const, schema: table.schema ?? '', table: table.name },
      at,
    })),
  ];
}

/** Does a schema entry decide what roles there are for the schema? */
export function bindsProfiles(schema: Manifest['schemas'][number]): boolean {
  return schema.profiles.length > 0 || schema.role_pattern !== '{schema}-{profile}';
}
