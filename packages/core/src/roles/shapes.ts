import { compare } from './acl.js';
import { isSchemaObjectType } from './check-objects.js';
import type { Desired, DesiredDefault, DesiredGrant, DesiredRole } from './desired.js';
import { PLAIN_ROLE } from './expand.js';
import { grouped } from './grouped.js';
import { type Inventory, kindKey } from './inventory.js';
import type { ManifestInput } from './manifest.js';
import { privilegesOf } from './privileges.js';

/** A role that could come from a profile: what it would say, and a text that is equal for equal ones. */
export interface Shape {
  readonly role: string;
  readonly schema: string;
  readonly profile: ProfileInput;
  readonly signature: string;
}
type ProfileInput = NonNullable<ManifestInput['profiles']>[string];

/** A role that stays as it is, and why. */
export interface Skipped {
  readonly role: string;
  readonly reason:
    | 'several_schemas'
    | 'schema_not_declared'
    | 'owner_mismatch'
    | 'attributes'
    | 'unrepresentable'
    | 'sole_schema'
    | 'no_pattern'
    | 'pattern_conflict'
    | 'name_taken'
    | 'round_trip'
    | 'incomplete_inventory';
  readonly text: string;
}

/** All roles that could come from a profile. */
export function shapesOf(
  desired: Desired,
  inventory: Inventory,
  defaultOwner: string | undefined,
): { shapes: Shape[]; skipped: Skipped[] } {
  const grants = grouped(desired.grants, ({ grantee }) => grantee);
  const defaults = grouped(desired.defaults, ({ grantee }) => grantee);
  const shapes: Shape[] = [];
  const skipped: Skipped[] = [];
  for (const role of desired.roles.values()) {
    const found = shapeOf(
      role,
      grants.get(role.name) ?? [],
      defaults.get(role.name) ?? [],
      desired,
      inventory,
      defaultOwner,
    );
    if ('reason' in found) skipped.push({ role: role.name, ...found });
    else shapes.push(found);
  }
  // A list that does not hold what is granted cannot tell what `*` would cover.
  const incomplete = shapes.filter(({ role }) =>
    (grants.get(role) ?? []).some((grant) => !known(grant, inventory)),
  );
  for (const { role } of incomplete) {
    skipped.push({
      role,
      reason: 'incomplete_inventory',
      text: 'it has rights on objects that the inspection did not find',
    });
  }
  return { shapes: shapes.filter((shape) => !incomplete.includes(shape)), skipped };
}

function known({ object }: DesiredGrant, inventory: Inventory): boolean {
  if (object.schema === undefined || object.name === '*') return true;
  return inventory.get(kindKey(object.type, object.schema))?.has(object.name) ?? false;
}

type Refusal = Omit<Skipped, 'role'>;

function shapeOf(
  role: DesiredRole,
  grants: readonly DesiredGrant[],
  defaults: readonly DesiredDefault[],
  desired: Desired,
  inventory: Inventory,
  defaultOwner: string | undefined,
): Shape | Refusal {
  if (!isPlain(role)) return { reason: 'attributes', text: 'it has attributes that profiles do not have' };
  const schemas = new Set<string | null>([
    ...grants.map(({ object }) => (object.type === 'schema' ? object.name : (object.schema ?? null))),
    ...defaults.map(({ schema }) => schema),
  ]);
  if (schemas.has(null)) return { reason: 'unrepresentable', text: 'it has rights outside schemas' };
  if (schemas.size !== 1) {
    const text = schemas.size === 0 ? 'it has rights in no schema' : 'it has rights in several schemas';
    return { reason: 'several_schemas', text };
  }
  const [schema] = schemas as Set<string>;
  const declared = schema === undefined ? undefined : desired.schemas.get(schema);
  if (schema === undefined || !declared) {
    return { reason: 'schema_not_declared', text: `schema \`${schema}\` is not declared` };
  }
  const owner = declared.owner ?? defaultOwner ?? 'postgres';
  if (defaults.some((entry) => entry.owner !== owner)) {
    return {
      reason: 'owner_mismatch',
      text: `its default privileges are not those of \`${owner}\`, who owns the schema`,
    };
  }
  const profile = profileOf(role, collapsed(grants, inventory), defaults);
  return { role: role.name, schema, profile, signature: JSON.stringify(profile) };
}

/** Only what a profile can say. */
function isPlain({
  name: _,
  at: __,
  login: ___,
  inherit: ____,
  config: _____,
  comment: ______,
  ...rest
}: DesiredRole): boolean {
  const plain: Record<string, unknown> = PLAIN_ROLE;
  return Object.entries(rest).every(([key, value]) => plain[key] === value);
}

/** Named grants that cover every object of a kind, as a wildcard; privileges that only some have stay named. */
function collapsed(grants: readonly DesiredGrant[], inventory: Inventory): DesiredGrant[] {
  const groups = grouped(grants, ({ object, columns, grantable, ensure }) =>
    isSchemaObjectType(object.type) && columns === null
      ? [kindKey(object.type, object.schema ?? ''), grantable, ensure].join('\0')
      : '',
  );
  return [...groups].flatMap(([key, entries]) => {
    const first = entries[0];
    if (key === '' || !first) return entries;
    const names = inventory.get(kindKey(first.object.type, first.object.schema ?? '')) ?? new Set<string>();
    const masks = new Map<string, number>();
    for (const { object, privileges } of entries)
      masks.set(object.name, (masks.get(object.name) ?? 0) | privileges);
    const star = masks.get('*') ?? 0;
    let common = names.size > 0 ? ~0 : 0;
    for (const name of names) common &= masks.get(name) ?? 0;
    const shared = star | common;
    masks.delete('*');
    const named = [...masks].map(([name, mask]) => ({
      ...first,
      object: { ...first.object, name },
      privileges: mask & ~shared,
    }));
    const all = { ...first, object: { ...first.object, name: '*' }, privileges: shared };
    return [all, ...named].filter(({ privileges }) => privileges !== 0);
  });
}

function profileOf(
  role: DesiredRole,
  grants: readonly DesiredGrant[],
  defaults: readonly DesiredDefault[],
): ProfileInput {
  const rights = ({ privileges, ensure, grantable }: DesiredGrant | DesiredDefault) => ({
    privileges: privilegesOf(privileges),
    ...(ensure === 'absent' && { ensure }),
    ...(grantable && { with_grant_option: true }),
  });
  const sorted = <T>(entries: readonly T[]) =>
    entries
      .map((entry) => ({ entry, key: JSON.stringify(entry) }))
      .sort((a, b) => compare(a.key, b.key))
      .map(({ entry }) => entry);
  const templates = grants.map((grant) => ({
    ...rights(grant),
    object: {
      type: grant.object.type,
      ...(grant.object.type !== 'schema' && { name: grant.object.name }),
      ...(grant.columns && { columns: [...grant.columns] }),
    },
  }));
  const later = defaults.map((entry) => ({ ...rights(entry), on_type: entry.on }));
  return {
    ...(role.login && { login: true }),
    ...(!role.inherit && { inherit: false }),
    ...(!/^Generated from profile '.*' for schema '.*'$/.test(role.comment ?? '') && {
      comment: role.comment ?? '',
    }),
    ...(role.config && role.config.size > 0 && { config: Object.fromEntries(role.config) }),
    ...(templates.length > 0 && { grants: sorted(templates) }),
    ...(later.length > 0 && { default_privileges: sorted(later) }),
  };
}

/** The profile name that makes a role's name out of its schema's, by a pattern. */
export function patternFor(pattern: string, { role, schema }: Shape): string | undefined {
  const [before = '', after = ''] = pattern.replace('{schema}', () => schema).split('{profile}');
  if (!role.startsWith(before) || !role.endsWith(after) || role.length <= before.length + after.length)
    return undefined;
  const name = role.slice(before.length, role.length - after.length);
  return /^[A-Za-z0-9][\w-]*$/.test(name) ? name : undefined;
}
