import { compare, levelsOf, type Revocation, revoked, sameLevels } from './acl.js';
import { type AclStep, grantSteps, hasDependents, revokeSteps } from './acl-steps.js';
import type { ChangeOf } from './changes.js';
import type { Acl, ObjectState, ServerFacts } from './graph.js';
import type { ObjectRef, ObjectType } from './objects.js';
import type { HasPrivilegesOf } from './powers.js';
import { COLUMN_PRIVILEGES } from './privileges.js';

export type AclChange = ChangeOf<'grant' | 'revoke'>;

/** Longest list of objects in one statement: readable, and far from any limit of the server. */
const MAX_OBJECTS = 500;
const EMPTY: Acl = [];

/** Objects that need the same steps. */
interface Group {
  readonly type: ObjectType;
  readonly schema: string | undefined;
  readonly objects: ObjectRef[];
  readonly steps: readonly AclStep[];
}

/**
 * Statements that bring every object's rights to what is wanted. Each pair of lists is compared once, and objects that
 * need the same are named together. Both sides have the same owners.
 */
export function diffObjects(
  pairs: Iterable<readonly [current: ObjectState, wanted: ObjectState]>,
  facts: ServerFacts,
  hasPrivilegesOf: HasPrivilegesOf,
): AclChange[] {
  const groups = new Map<string, Group>();
  const numbers = new PairNumbers();
  const single: Staged[] = [];
  for (const [current, wanted] of pairs) {
    const { ref, owner = facts.bootstrapUser } = wanted;
    if (current.columns || wanted.columns) {
      single.push(...diffWithColumns(current, wanted, owner, hasPrivilegesOf));
    } else if (current.acl !== wanted.acl) {
      const key = `${ref.type}\0${ref.schema ?? ''}\0${owner}\0${numbers.of(current.acl, wanted.acl)}`;
      const group = groups.get(key);
      if (group) group.objects.push(ref);
      else
        groups.set(key, {
          type: ref.type,
          schema: ref.schema,
          objects: [ref],
          steps: stepsOf(current.acl, wanted.acl, owner, hasPrivilegesOf),
        });
    }
  }
  return [...single, ...changesOf([...groups.values()])].sort(inOrder).map(({ change }) => change);
}

class PairNumbers {
  readonly #numbers = new Map<Acl, Map<Acl, number>>();
  #next = 0;
  of(a: Acl, b: Acl): number {
    const seconds = this.#numbers.get(a) ?? new Map<Acl, number>();
    this.#numbers.set(a, seconds);
    const number = seconds.get(b) ?? this.#next++;
    seconds.set(b, number);
    return number;
  }
}

function stepsOf(current: Acl, wanted: Acl, owner: string, hasPrivilegesOf: HasPrivilegesOf): AclStep[] {
  if (sameLevels(current, wanted)) return [];
  const levels = levelsOf(wanted);
  const { steps, acl } = revokeSteps(current, levels, owner, hasPrivilegesOf);
  return [...steps, ...grantSteps(acl, levels)];
}

/** Steps of several groups that are the same become one statement; its list of objects is shared between statements. */
function changesOf(groups: readonly Group[]): Staged[] {
  const merged = new Map<string, { step: AclStep; groups: number[] }>();
  for (const [number, { type, schema, steps }] of groups.entries()) {
    const kind = `${type}\0${schema ?? ''}`;
    for (const step of steps) {
      const key = `${kind}\0${stepKey(step)}`;
      const same = merged.get(key);
      if (same) same.groups.push(number);
      else merged.set(key, { step, groups: [number] });
    }
  }
  const lists = new Map<string, readonly (readonly ObjectRef[])[]>();
  return [...merged.values()].flatMap(({ step, groups: numbers }) => {
    const key = numbers.join();
    const list = lists.get(key) ?? chunks(numbers.flatMap((number) => groups[number]?.objects ?? []));
    lists.set(key, list);
    return list.map((objects) => changeOf(step, objects));
  });
}

/** By hand, because there may be millions of steps. */
function stepKey(step: AclStep): string {
  const how = step.op === 'grant' ? `+${step.grantable}` : `-${step.stage}${step.cascade}${step.optionOnly}`;
  return `${step.grantee}\0${step.privileges}${how}`;
}

function chunks(objects: readonly ObjectRef[]): ObjectRef[][] {
  const all = objects.toSorted((a, b) => compare(a.name, b.name));
  const lists: ObjectRef[][] = [];
  for (let at = 0; at < all.length; at += MAX_OBJECTS) lists.push(all.slice(at, at + MAX_OBJECTS));
  return lists;
}

/** A change and when it has to run among those of its objects; at the same stage by grantee. */
interface Staged {
  readonly stage: number;
  readonly change: AclChange;
}

/** Of a table with rights on columns: what is revoked from columns, from the table, and what columns get. */
const COLUMN_REVOKES = 0;
const TABLE = 2;
const COLUMN_GRANTS = 4;

function changeOf(
  step: AclStep,
  objects: readonly ObjectRef[],
  from = 0,
  columns?: readonly string[],
): Staged {
  const on = { type: objects[0]?.type ?? 'table', objects, ...(columns && { columns }) };
  if (step.op === 'grant') {
    const { op: _, ...rest } = step;
    return { stage: from, change: { kind: 'grant', ...on, ...rest } };
  }
  const { op: _, stage, ...rest } = step;
  return { stage: stage + from, change: { kind: 'revoke', ...on, ...rest } };
}

/**
 * A table with rights on columns. A REVOKE on the table takes the same privileges from all its columns (PostgreSQL manual,
 * REVOKE), with whatever their members still hold: columns are revoked from before it, in their own order, and granted
 * on after it.
 */
function diffWithColumns(
  current: ObjectState,
  wanted: ObjectState,
  owner: string,
  hasPrivilegesOf: HasPrivilegesOf,
): Staged[] {
  const steps = new ColumnSteps();
  const before: ReadonlyMap<string, Acl> = current.columns ?? new Map();
  const wantedOf = (name: string) => wanted.columns?.get(name) ?? EMPTY;
  let columns = new Map<string, Acl>();
  for (const [name, acl] of before) {
    if (sameLevels(acl, wantedOf(name))) {
      columns.set(name, acl);
      continue;
    }
    const revokes = revokeSteps(acl, levelsOf(wantedOf(name)), owner, hasPrivilegesOf);
    steps.add(revokes.steps, name);
    columns.set(name, revokes.acl);
  }
  const changes = steps.changes(wanted.ref, COLUMN_REVOKES);
  const levels = levelsOf(wanted.acl);
  const onTable = revokeSteps(current.acl, levels, owner, hasPrivilegesOf);
  for (const step of onTable.steps) {
    const cascade = step.cascade || [...before.values()].some((acl) => hasDependents(acl, owner, step));
    changes.push(changeOf({ ...step, cascade }, [wanted.ref], TABLE));
    columns = revokedFromColumns(columns, owner, step, hasPrivilegesOf);
  }
  for (const step of grantSteps(onTable.acl, levels)) changes.push(changeOf(step, [wanted.ref], TABLE));
  const grants = new ColumnSteps();
  for (const name of wanted.columns?.keys() ?? [])
    grants.add(grantSteps(columns.get(name) ?? EMPTY, levelsOf(wantedOf(name))), name);
  return [...changes, ...grants.changes(wanted.ref, COLUMN_GRANTS)];
}

/** Steps of several columns that are the same become one statement. */
class ColumnSteps {
  readonly #bySteps = new Map<string, { step: AclStep; columns: string[] }>();

  add(steps: readonly AclStep[], column: string): void {
    for (const step of steps) {
      const key = stepKey(step);
      const same = this.#bySteps.get(key);
      if (same) same.columns.push(column);
      else this.#bySteps.set(key, { step, columns: [column] });
    }
  }

  changes(table: ObjectRef, from: number): Staged[] {
    return [...this.#bySteps.values()].map(({ step, columns }) =>
      changeOf(step, [table], from, columns.sort(compare)),
    );
  }
}

/** What a REVOKE on the whole table leaves of the rights on its columns. */
export function revokedFromColumns(
  columns: ReadonlyMap<string, Acl>,
  owner: string,
  revocation: Revocation,
  hasPrivilegesOf: HasPrivilegesOf,
): Map<string, Acl> {
  const privileges = revocation.privileges & COLUMN_PRIVILEGES;
  const left = new Map<string, Acl>();
  for (const [name, acl] of columns) {
    const after =
      privileges === 0 ? acl : revoked(acl, owner, owner, { ...revocation, privileges }, hasPrivilegesOf);
    if (after.length > 0) left.set(name, after);
  }
  return left;
}

function inOrder(a: Staged, b: Staged): number {
  const [first, second] = [a.change.objects[0], b.change.objects[0]];
  return (
    compare(first?.schema ?? '', second?.schema ?? '') ||
    compare(a.change.type, b.change.type) ||
    a.stage - b.stage ||
    compare(a.change.grantee, b.change.grantee) ||
    a.change.privileges - b.change.privileges ||
    compare(first?.name ?? '', second?.name ?? '')
  );
}
