import { isGeneratedFor } from '../functions.js';
import { schemaList } from '../session.js';
import { type Catalog, FIRST_USER_OID } from './catalog.js';
import type {
  CatalogData,
  CatalogFunction,
  CatalogOperator,
  CatalogRelation,
  CatalogType,
  FunctionRef,
} from './model.js';
import { nameKey, SearchPath, schemaName } from './path.js';
import { type Events, shownName, type Use, type UseMode } from './use.js';

/**
 * What names mean in one place: a catalog and a search path. Types are not inferred, so a name stands for every object
 * that it could, and whatever any of them needs is needed.
 */
export class Names {
  readonly catalog: Catalog;
  readonly path: SearchPath;
  /** Where the bodies of functions look for names: a definition's own names are qualified, theirs are not. */
  readonly runPath: SearchPath;
  /** Code of the session may have changed what the catalog says, so that nothing but PostgreSQL's own is known. */
  readonly isStale: boolean;

  private constructor(catalog: Catalog, path: SearchPath, runPath: SearchPath, isStale: boolean) {
    this.catalog = catalog;
    this.path = path;
    this.runPath = runPath;
    this.isStale = isStale;
  }

  /** Of a text that is run. */
  static inText(catalog: Catalog, path: SearchPath, isStale = false): Names {
    return new Names(catalog, path, path, isStale);
  }

  /** Of a definition in the catalog, which comes to run where `runPath` holds. */
  static inDefinition(catalog: Catalog, runPath: SearchPath): Names {
    return new Names(catalog, SearchPath.DEFINITION, runPath, false);
  }

  /** True when a function that is neither in the catalog nor in the generated lists does not exist. */
  get knowsBuiltins(): boolean {
    return isGeneratedFor(this.catalog.data.serverVersion);
  }

  /** Functions that a call may mean; `args` undefined: any number. */
  functions(name: readonly string[], args: number | undefined): CatalogFunction[] {
    const fits = ({ minArgs, maxArgs }: CatalogFunction) =>
      args === undefined || (minArgs <= args && (maxArgs === null || args <= maxArgs));
    return this.#found(this.catalog.functionsByName, name, 'code').filter(fits);
  }

  operators(name: readonly string[]): CatalogOperator[] {
    return this.#found(this.catalog.operatorsByName, name, 'code');
  }

  /** Types that a name may mean, with the types of a table's columns, whose name is a type too. */
  types(name: readonly string[]): CatalogType[] {
    const rows = this.relations(name).flatMap((relation) => relation.types);
    const types = this.#found(this.catalog.typesByName, name, 'data');
    return [...types, ...rows.flatMap((oid) => this.catalog.types.get(oid) ?? [])];
  }

  relations(name: readonly string[]): CatalogRelation[] {
    return this.#found(this.catalog.relationsByName, name, 'data');
  }

  #found<Value extends { readonly schema: string }>(
    byName: ReadonlyMap<string, readonly Value[]>,
    name: readonly string[],
    use: 'code' | 'data',
  ): Value[] {
    const all = byName.get(nameKey(name.at(-1) ?? ''));
    if (all === undefined) return [];
    const schema = name.at(-2);
    if (schema !== undefined && schema !== '') {
      const wanted = schemaName(schema);
      return all.filter((value) => value.schema === wanted);
    }
    const { path } = this;
    return all.filter((value) => (use === 'code' ? path.hasCode(value.schema) : path.hasData(value.schema)));
  }
}

/** A call of a function. `path`: where its body looks for names unless it has a search_path of its own. */
export function callOf(
  catalog: Catalog,
  called: CatalogFunction,
  path: SearchPath,
  via: 'call' | 'trigger' = 'call',
  does = `calls ${shownName(called)}`,
): Use {
  const own = ownPath(called, catalog.data);
  return { target: { kind: 'function', function: called, path: own ?? path }, via, does };
}

/** A call by oid. A function that the catalog does not show is taken for one that nobody could look into. */
export function refUse(
  catalog: Catalog,
  ref: FunctionRef,
  path: SearchPath,
  via: 'call' | 'trigger' = 'call',
  does = `calls ${shownName(ref)}`,
): Use {
  const known = ref.oid < FIRST_USER_OID ? undefined : catalog.functions.get(ref.oid);
  if (known === undefined) return { target: { kind: 'builtin', ref }, via, does };
  return callOf(catalog, known, path, via, does);
}

export function typeUse(type: CatalogType, path: SearchPath): Use {
  return { target: { kind: 'type', type, path }, via: 'part', does: `uses the type ${shownName(type)}` };
}

/** A type by oid; PostgreSQL's own are not in the catalog. */
export function typeUses(catalog: Catalog, oid: number, path: SearchPath): Use[] {
  const type = catalog.types.get(oid);
  return type === undefined ? [] : [typeUse(type, path)];
}

export function relationUse(
  relation: CatalogRelation,
  { events, mode, path }: { readonly events: Events; readonly mode: UseMode; readonly path: SearchPath },
  does: string,
): Use {
  return { target: { kind: 'relation', relation, events, mode, path }, via: 'part', does };
}

/** What any statement may use: casts between PostgreSQL's own types, and event triggers when it changes the schema. */
export function anyStatementUses({ catalog, runPath }: Names, changesSchema: boolean): Use[] {
  const fired = changesSchema ? (catalog.data.eventTriggers ?? []) : [];
  return [
    ...catalog.casts.map((ref) => refUse(catalog, ref, runPath)),
    ...fired.map((ref) =>
      refUse(catalog, ref, SearchPath.ANY, 'call', `fires an event trigger that calls ${shownName(ref)}`),
    ),
  ];
}

/** The search_path that a function brings along; undefined: it uses that of its caller. */
function ownPath({ config }: CatalogFunction, users: Users): SearchPath | undefined {
  const setting = config.find((entry) => /^search_path=/i.test(entry));
  return setting === undefined ? undefined : pathOf(schemaList(setting.slice('search_path='.length)), users);
}

type Users = Pick<CatalogData, 'user' | 'otherUsers'>;

/** A path that somebody set. `"$user"` is the schema called as the user. */
export function pathOf(schemas: readonly string[], { user, otherUsers = [] }: Users): SearchPath {
  return SearchPath.of(schemas.flatMap((schema) => (schema === '$user' ? [user, ...otherUsers] : [schema])));
}
