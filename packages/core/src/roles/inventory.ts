import { canonicalJson } from '../audit/chain.js';
import { isSchemaObjectType } from './check-objects.js';
import type { Desired, DesiredDefault, DesiredGrant } from './desired.js';
import { defaultKey, type ObjectSelector, objectKey, type RoleGraph } from './graph.js';
import type { ObjectType } from './objects.js';

/** Every object of a kind in a schema, by {@link kindKey}: what `*` stands for today. */
export type Inventory = ReadonlyMap<string, ReadonlySet<string>>;

/** Key of an {@link Inventory}. */
export const kindKey = (type: ObjectType, schema: string): string => `${type}\0${schema}`;

/** The objects that a graph knows; complete when everything of its schemas was inspected. */
export function inventoryOf(graph: RoleGraph): Inventory {
  const inventory = new Map<string, Set<string>>();
  for (const { ref } of graph.objects.values()) {
    if (ref.schema === undefined) continue;
    const key = kindKey(ref.type, ref.schema);
    const names = inventory.get(key);
    if (names) names.add(ref.name);
    else inventory.set(key, new Set([ref.name]));
  }
  return inventory;
}

/** What a selector means today. Without inventory of its kind a wildcard stays itself. */
export function objectsOf({ type, schema, name }: ObjectSelector, inventory: Inventory): readonly string[] {
  if (name !== '*' || schema === undefined || !isSchemaObjectType(type)) return [name];
  const names = inventory.get(kindKey(type, schema));
  return names && names.size > 0 ? [...names] : [name];
}

/** Do two manifests want the same of a database that holds these objects? */
export function sameAccess(a: Desired, b: Desired, inventory: Inventory): boolean {
  return canonicalJson(content(a, inventory)) === canonicalJson(content(b, inventory));
}

function content(desired: Desired, inventory: Inventory): unknown {
  const plain = (value: unknown): unknown =>
    value instanceof Map
      ? [...value].map(([key, inner]) => [key, plain(inner)])
      : Array.isArray(value)
        ? value.map(plain)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value).flatMap(([key, inner]) => (key === 'at' ? [] : [[key, plain(inner)]])),
            )
          : value;
  const { roles, schemas, externalRoles, memberships, retirements, rowSecurity, manageAllRoles } = desired;
  return plain([
    roles,
    [...externalRoles.keys()],
    schemas,
    memberships,
    retirements,
    rowSecurity,
    manageAllRoles,
    [...rights(desired.grants, inventory)].sort(),
    [...defaults(desired.defaults)].sort(),
  ]);
}

function rights(grants: readonly DesiredGrant[], inventory: Inventory): Map<string, number> {
  const masks = new Map<string, number>();
  for (const { grantee, object, columns, grantable, ensure, privileges } of grants) {
    for (const name of objectsOf(object, inventory)) {
      const key = [
        grantee,
        objectKey({ ...object, name }),
        columns?.join('\u0001') ?? '',
        grantable,
        ensure,
      ].join('\0');
      masks.set(key, (masks.get(key) ?? 0) | privileges);
    }
  }
  return masks;
}

function defaults(entries: readonly DesiredDefault[]): Map<string, number> {
  const masks = new Map<string, number>();
  for (const entry of entries) {
    const key = [defaultKey(entry), entry.grantee, entry.grantable, entry.ensure].join('\0');
    masks.set(key, (masks.get(key) ?? 0) | entry.privileges);
  }
  return masks;
}
