import type { CatalogObject, NamesResponse, ObjectsResponse } from '@postern/agent/console-catalog';
import { GROUPS } from './kinds';

/** One line of the tree. `key` names it across renders and in what is kept open. */
export type TreeRow =
  | { type: 'schema'; key: string; level: 1; schema: string; count: number; isOpen: boolean }
  | { type: 'group'; key: string; level: 2; name: string; count: number; isOpen: boolean }
  | {
      type: 'object';
      key: string;
      level: number;
      object: CatalogObject;
      isOpen: boolean | undefined;
      isFavourite: boolean;
    }
  | { type: 'column'; key: string; level: number; name: string; dataType: string };

export interface TreeState {
  readonly search: string;
  readonly open: ReadonlySet<string>;
  readonly favourites: ReadonlySet<string>;
}

/** Looked up once, however often the tree is drawn. */
export interface TreeIndex {
  readonly schemas: readonly string[];
  readonly groups: ReadonlyMap<string, readonly CatalogObject[]>;
  readonly counts: ReadonlyMap<string, number>;
  readonly children: ReadonlyMap<number, readonly CatalogObject[]>;
  readonly all: readonly { readonly object: CatalogObject; readonly text: string }[];
  readonly columns: ReadonlyMap<number, readonly (readonly [string, string])[]>;
}

/** Names an object in what the browser keeps: oids change when a database is restored. */
export const objectKey = ({ kind, schema, name, detail }: CatalogObject): string =>
  JSON.stringify(
    kind === 'function' || kind === 'procedure' ? [kind, schema, name, detail] : [kind, schema, name],
  );

const groupKey = (schema: string, name: string): string => JSON.stringify([schema, name]);
/** Tables before what hangs on them. */
const rankOf = new Map(GROUPS.flatMap(({ kinds }, rank) => kinds.map((kind) => [kind, rank] as const)));
const byRank = (a: CatalogObject, b: CatalogObject): number =>
  (rankOf.get(a.kind) ?? GROUPS.length) - (rankOf.get(b.kind) ?? GROUPS.length);
const groupOf = new Map(GROUPS.flatMap(({ kinds, name }) => kinds.map((kind) => [kind, name] as const)));

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

export function indexTree(
  { schemas, objects }: ObjectsResponse,
  names: NamesResponse | undefined,
): TreeIndex {
  const groups = new Map<string, CatalogObject[]>();
  const children = new Map<number, CatalogObject[]>();
  const counts = new Map<string, number>();
  for (const object of objects) {
    if (object.parent !== undefined) {
      push(children, object.parent, object);
      continue;
    }
    const group = groupOf.get(object.kind);
    if (group === undefined) continue;
    push(groups, groupKey(object.schema, group), object);
    counts.set(object.schema, (counts.get(object.schema) ?? 0) + 1);
  }
  return {
    // An extension may live in a schema of PostgreSQL's own, which is not listed by itself.
    schemas: schemas.map(({ name }) => name),
    groups,
    counts,
    children,
    all: objects.map((object) => ({ object, text: `${object.schema}.${object.name}`.toLowerCase() })),
    columns: new Map((names?.relations ?? []).map(({ oid, columns }) => [oid, columns ?? []])),
  };
}

/** The words that every found name has to hold. */
export const wordsOf = (search: string): string[] => search.toLowerCase().split(/\s+/).filter(Boolean);

/** The lines of the tree as they are shown now. */
export function treeRows(index: TreeIndex, state: TreeState): TreeRow[] {
  const words = wordsOf(state.search);
  return words.length > 0 ? foundRows(index, state, words) : openRows(index, state);
}

function foundRows(index: TreeIndex, { favourites, open }: TreeState, words: readonly string[]): TreeRow[] {
  const bySchema = new Map<string, CatalogObject[]>();
  for (const { object, text } of index.all) {
    if (words.every((word) => text.includes(word))) push(bySchema, object.schema, object);
  }
  return [...bySchema].flatMap(([schema, objects]) => [
    {
      type: 'schema' as const,
      key: `s:${schema}`,
      level: 1 as const,
      schema,
      count: objects.length,
      isOpen: true,
    },
    ...objects.sort(byRank).flatMap((object) => objectRows(index, object, 2, open, favourites)),
  ]);
}

function openRows(index: TreeIndex, { open, favourites }: TreeState): TreeRow[] {
  const rows: TreeRow[] = [];
  const loved = index.all.filter(({ object }) => favourites.has(objectKey(object)));
  if (loved.length > 0) {
    const isOpen = !open.has('-favourites');
    rows.push({
      type: 'group',
      key: '-favourites',
      level: 2,
      name: 'Favourites',
      count: loved.length,
      isOpen,
    });
    if (isOpen)
      for (const { object } of loved)
        rows.push({
          type: 'object',
          key: `f:${object.kind}:${object.oid}`,
          level: 3,
          object,
          isOpen: undefined,
          isFavourite: true,
        });
  }
  for (const schema of index.schemas) {
    const key = `s:${schema}`;
    const isOpen = open.has(key);
    rows.push({ type: 'schema', key, level: 1, schema, count: index.counts.get(schema) ?? 0, isOpen });
    if (isOpen) rows.push(...schemaRows(index, schema, open, favourites));
  }
  return rows;
}

function schemaRows(
  index: TreeIndex,
  schema: string,
  open: ReadonlySet<string>,
  favourites: ReadonlySet<string>,
): TreeRow[] {
  return GROUPS.flatMap(({ name }): TreeRow[] => {
    const objects = index.groups.get(groupKey(schema, name));
    if (objects === undefined) return [];
    const key = `g:${schema}:${name}`;
    // Tables are what people look for: their group needs no second click.
    const isOpen = name === 'Tables' ? !open.has(key) : open.has(key);
    const group: TreeRow = { type: 'group', key, level: 2, name, count: objects.length, isOpen };
    if (!isOpen) return [group];
    return [group, ...objects.flatMap((object) => objectRows(index, object, 3, open, favourites))];
  });
}

function objectRows(
  index: TreeIndex,
  object: CatalogObject,
  level: number,
  open: ReadonlySet<string>,
  favourites: ReadonlySet<string>,
): TreeRow[] {
  const columns = index.columns.get(object.oid) ?? [];
  const children = index.children.get(object.oid) ?? [];
  const hasInside = columns.length + children.length > 0 && object.kind !== 'index';
  const key = `o:${object.kind}:${object.oid}`;
  const isOpen = hasInside ? open.has(key) : undefined;
  const isFavourite = favourites.has(objectKey(object));
  const row: TreeRow = { type: 'object', key, level, object, isOpen, isFavourite };
  if (isOpen !== true) return [row];
  return [
    row,
    ...columns.map(
      ([name, dataType]): TreeRow => ({
        type: 'column',
        key: `${key}:${name}`,
        level: level + 1,
        name,
        dataType,
      }),
    ),
    ...children.flatMap((child) => objectRows(index, child, level + 1, open, favourites)),
  ];
}

/** Parts of a name, those that were searched for marked. */
export function highlighted(name: string, words: readonly string[]): { text: string; isFound: boolean }[] {
  if (words.length === 0) return [{ text: name, isFound: false }];
  const lower = name.toLowerCase();
  const found = new Array<boolean>(name.length).fill(false);
  for (const word of words.flatMap((part) => part.split('.')).filter(Boolean)) {
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1))
      found.fill(true, at, at + word.length);
  }
  const parts: { text: string; isFound: boolean }[] = [];
  for (let at = 0; at < name.length; at++) {
    const isFound = found[at] ?? false;
    const last = parts.at(-1);
    if (last?.isFound === isFound) last.text += name[at];
    else parts.push({ text: name[at] ?? '', isFound });
  }
  return parts;
}
