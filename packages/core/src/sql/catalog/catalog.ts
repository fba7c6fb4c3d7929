import type { Finding } from '../session.js';
import type {
  CatalogData,
  CatalogFunction,
  CatalogOperator,
  CatalogRelation,
  CatalogType,
  FunctionRef,
} from './model.js';
import { nameKey, schemaName } from './path.js';
import type { Summary } from './use.js';

/** Objects below are PostgreSQL's own. */
export const FIRST_USER_OID = 16_384;

/**
 * A catalog ready for use: the data by name and by oid. What an object's definition needs is looked into when something
 * first reaches it, and kept here.
 */
export class Catalog {
  readonly data: CatalogData;
  readonly functionsByName: ReadonlyMap<string, readonly CatalogFunction[]>;
  readonly operatorsByName: ReadonlyMap<string, readonly CatalogOperator[]>;
  readonly typesByName: ReadonlyMap<string, readonly CatalogType[]>;
  readonly relationsByName: ReadonlyMap<string, readonly CatalogRelation[]>;
  readonly functions: ReadonlyMap<number, CatalogFunction>;
  readonly types: ReadonlyMap<number, CatalogType>;
  readonly relations: ReadonlyMap<number, CatalogRelation>;
  /** Functions of casts that have this type on one side. */
  readonly castsOf: ReadonlyMap<number, readonly FunctionRef[]>;
  /** Functions of casts between two of PostgreSQL's own types: any statement may use them. */
  readonly casts: readonly FunctionRef[];
  /** Operators that belong to no extension. */
  readonly ownOperators: readonly CatalogOperator[];
  /** Types made of this one, as its array. */
  readonly madeOf: ReadonlyMap<number, readonly CatalogType[]>;
  /** What the walk of one definition found, and everything that a use of an object leads to: see summary.ts, reach.ts. */
  readonly summaries = new Memo<Summary>();
  readonly reasons = new Memo<readonly Finding[]>();

  constructor(data: CatalogData) {
    this.data = data;
    this.functionsByName = grouped(data.functions, ({ name }) => name);
    this.operatorsByName = grouped(data.operators, ({ name }) => name);
    this.typesByName = grouped(data.types, ({ name }) => name);
    this.relationsByName = grouped(data.relations, ({ name }) => name);
    this.functions = byOid(data.functions);
    this.types = byOid(data.types);
    this.relations = byOid(data.relations);
    this.ownOperators = data.operators.filter(
      (operator) => this.functions.get(operator.function.oid)?.extension === undefined,
    );
    const made = new Map<number, CatalogType[]>();
    for (const type of data.types) {
      if (type.kind === 'composite' || type.kind === 'domain') continue;
      for (const part of type.parts) append(made, part, type);
    }
    this.madeOf = made;
    const casts = new Map<number, FunctionRef[]>();
    const between: FunctionRef[] = [];
    for (const cast of data.casts) {
      if (cast.function === undefined) continue;
      if (cast.source < FIRST_USER_OID && cast.target < FIRST_USER_OID) between.push(cast.function);
      append(casts, cast.source, cast.function);
      append(casts, cast.target, cast.function);
    }
    this.castsOf = casts;
    this.casts = between;
  }
}

/** Indexes a catalog by name; its definitions are parsed only when a statement reaches them. */
export function compileCatalog(data: CatalogData): Catalog {
  return new Catalog(data);
}

/** Entries of a memo: search paths are people's choice, so there is no other end to them. */
const MEMO_MAX = 50_000;

class Memo<Value> {
  readonly #values = new Map<string, Value>();

  get(key: string, compute: () => Value): Value {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = compute();
    if (this.#values.size >= MEMO_MAX) this.#values.clear();
    this.#values.set(key, value);
    return value;
  }
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

function grouped<Value extends { readonly schema: string }>(
  values: readonly Value[],
  nameOf: (value: Value) => string,
): ReadonlyMap<string, readonly Value[]> {
  const map = new Map<string, Value[]>();
  for (const value of values) {
    const schema = schemaName(value.schema);
    append(map, nameKey(nameOf(value)), schema === value.schema ? value : { ...value, schema });
  }
  return map;
}

function byOid<Value extends { readonly oid: number }>(values: readonly Value[]): ReadonlyMap<number, Value> {
  return new Map(values.map((value) => [value.oid, value]));
}
