import { allPrivileges, compare, defaultAcl } from './acl.js';
import { isSchemaObjectType } from './check-objects.js';
import { type GrantEntry, objectEntry, type Right, rightsOf, said } from './export-rights.js';
import type { Acl, ObjectState, RoleGraph, ServerFacts } from './graph.js';
import type { PrivilegeMask } from './objects.js';

/** How many entries `grants` has when they are not folded: millions do not fit into a manifest. */
export function countGrants(graph: RoleGraph, facts: ServerFacts): number {
  const counts = new Map<string, number>();
  const numbers = new Map<Acl, number>();
  let total = 0;
  for (const object of graph.objects.values()) {
    if (!numbers.has(object.acl)) numbers.set(object.acl, numbers.size);
    const key = `${numbers.get(object.acl)} ${object.ref.type} ${object.owner}`;
    const count = counts.get(key) ?? objectRights(object, facts).length;
    counts.set(key, count);
    total += count;
  }
  return total;
}

function objectRights({ ref, acl, owner: known }: ObjectState, facts: ServerFacts): readonly Right[] {
  const { major, bootstrapUser } = facts;
  // Parameters have no owner; PostgreSQL treats the first superuser as theirs.
  const owner = known ?? bootstrapUser;
  return rightsOf(acl, defaultAcl(ref.type, owner, major), owner, allPrivileges(ref.type, major));
}

/** What is to be said about one object. */
export function objectGrants(object: ObjectState, facts: ServerFacts): GrantEntry[] {
  const target = objectEntry(object.ref);
  const whole = objectRights(object, facts).map((right) => ({ ...said(right), object: target }));
  return [...whole, ...columnGrants(object.columns ?? new Map(), target)];
}

/** The same of many: what everything of a kind in a schema has is granted on `*`, the rest by name. */
export function foldedGrants(objects: readonly ObjectState[], facts: ServerFacts): GrantEntry[] {
  const kinds = new Map<string, ObjectState[]>();
  for (const object of objects) {
    const { type, schema, name } = object.ref;
    const key = isSchemaObjectType(type) ? `${type}\0${schema}` : `${type}\0\0${name}`;
    const list = kinds.get(key);
    if (list) list.push(object);
    else kinds.set(key, [object]);
  }
  return [...kinds.values()].flatMap((list) => foldedKind(list, facts));
}

function foldedKind(objects: readonly ObjectState[], facts: ServerFacts): GrantEntry[] {
  const [first] = objects;
  if (first === undefined || objects.length === 1)
    return objects.flatMap((each) => objectGrants(each, facts));
  // Thousands of objects share a few lists.
  const known = new Map<Acl, Map<string | undefined, readonly Right[]>>();
  const rightsOn = (object: ObjectState): readonly Right[] => {
    const byOwner = known.get(object.acl) ?? new Map<string | undefined, readonly Right[]>();
    known.set(object.acl, byOwner);
    const rights = byOwner.get(object.owner) ?? objectRights(object, facts);
    byOwner.set(object.owner, rights);
    return rights;
  };
  for (const object of objects) rightsOn(object);
  const lists = [...known.values()].flatMap((byOwner) => [...byOwner.values()]);
  const common = (lists[0] ?? []).flatMap((right): Right[] => {
    const privileges = lists.reduce((mask, list) => mask & maskIn(list, right), right.privileges);
    return privileges === 0 ? [] : [{ ...right, privileges }];
  });
  const rest = new Map(
    lists.map((list) => [
      list,
      list.flatMap((right): Right[] => {
        const privileges = right.privileges & ~maskIn(common, right);
        return privileges === 0 ? [] : [{ ...right, privileges }];
      }),
    ]),
  );
  const all = objectEntry({ ...first.ref, name: '*' });
  return [
    ...common.map((right) => ({ ...said(right), object: all })),
    ...objects.flatMap((object) => {
      const target = objectEntry(object.ref);
      const own = (rest.get(rightsOn(object)) ?? []).map((right) => ({ ...said(right), object: target }));
      return [...own, ...columnGrants(object.columns ?? new Map(), target)];
    }),
  ];
}

/** What a list says of the same grantee in the same way. */
function maskIn(list: readonly Right[], { grantee, grantable, absent }: Right): PrivilegeMask {
  const same = list.filter(
    (right) => right.grantee === grantee && right.grantable === grantable && right.absent === absent,
  );
  return same.reduce((mask, { privileges }) => mask | privileges, 0);
}

/** Columns with the same rights in one entry. */
function columnGrants(columns: ReadonlyMap<string, Acl>, object: GrantEntry['object']): GrantEntry[] {
  const byRight = new Map<string, { right: ReturnType<typeof said>; columns: string[] }>();
  for (const [column, acl] of [...columns].sort(([a], [b]) => compare(a, b))) {
    for (const right of rightsOf(acl, [], undefined, 0).map(said)) {
      const key = JSON.stringify(right);
      const known = byRight.get(key);
      if (known) known.columns.push(column);
      else byRight.set(key, { right, columns: [column] });
    }
  }
  return [...byRight.values()].map((entry) => ({
    ...entry.right,
    object: { ...object, columns: entry.columns },
  }));
}
