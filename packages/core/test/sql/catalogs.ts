import { type Permission, permissionsOf } from '../../src/policy/index.js';
import {
  type CatalogCast,
  type CatalogData,
  type CatalogFunction,
  type CatalogOperator,
  type CatalogRelation,
  type CatalogType,
  type Classification,
  classify,
  compileCatalog,
  type FunctionRef,
  NEW_SESSION,
  type SessionState,
  sessionAfter,
} from '../../src/sql/index.js';

// Catalogs by hand: what an agent would have read of a small database.

export function catalogOf(data: Partial<CatalogData>) {
  return compileCatalog({
    version: '1',
    serverVersion: 180_004,
    user: 'shop',
    searchPath: ['public'],
    functions: [],
    operators: [],
    casts: [],
    types: [],
    relations: [],
    ...data,
  });
}

/** An oid for a name, so that objects can refer to each other by it. */
const oids = new Map<string, number>();

export function oid(name: string): number {
  const known = oids.get(name);
  if (known !== undefined) return known;
  oids.set(name, 20_000 + oids.size);
  return oid(name);
}

export function ref(qualified: string): FunctionRef {
  const [schema = '', name = ''] = qualified.split('.');
  return { oid: schema === 'pg_catalog' ? 1 : oid(qualified), schema, name };
}

type FunctionDetails = Partial<CatalogFunction> & {
  /** Its arguments as in CREATE FUNCTION. */
  readonly args?: string;
  readonly returns?: string;
  /** What follows LANGUAGE instead of AS and the body. */
  readonly atomic?: string;
};

/** A function by its qualified name, language and body. */
export function fn(
  qualified: string,
  language: string,
  body: string,
  { args = '', returns = 'integer', atomic, ...details }: FunctionDetails = {},
): CatalogFunction {
  const count = args === '' ? 0 : args.split(',').length;
  const tail = atomic ?? `AS $fn$${body}$fn$`;
  return {
    ...ref(qualified),
    kind: 'function',
    signature: `${qualified}(${args})`,
    language,
    ...(language === 'c'
      ? {}
      : {
          definition: `CREATE OR REPLACE FUNCTION ${qualified}(${args})\n RETURNS ${returns}\n LANGUAGE ${language}\n${tail}\n`,
        }),
    isSecurityDefiner: false,
    config: [],
    minArgs: count,
    maxArgs: count,
    calls: [],
    types: [],
    ...details,
  };
}

export function operator(qualified: string, calls: string): CatalogOperator {
  const dot = qualified.indexOf('.');
  return { schema: qualified.slice(0, dot), name: qualified.slice(dot + 1), function: ref(calls) };
}

export function cast(source: number, target: number, calls: string): CatalogCast {
  return { source, target, context: 'implicit', function: ref(calls) };
}

export function type(qualified: string, details: Partial<CatalogType> = {}): CatalogType {
  const [schema = '', name = ''] = qualified.split('.');
  return {
    oid: oid(qualified),
    schema,
    name,
    kind: 'domain',
    parts: [],
    expressions: [],
    functions: [],
    ...details,
  };
}

export function relation(qualified: string, details: Partial<CatalogRelation> = {}): CatalogRelation {
  const [schema = '', name = ''] = qualified.split('.');
  return {
    oid: oid(qualified),
    schema,
    name,
    kind: details.query === undefined ? 'table' : 'view',
    rules: [],
    policies: [],
    triggers: [],
    readExpressions: [],
    writeExpressions: [],
    planExpressions: [],
    children: [],
    cascades: [],
    types: [],
    ...details,
  };
}

export function understood(sql: string, data: Partial<CatalogData>, session?: SessionState): Classification {
  const result = classify(sql, session, catalogOf(data));
  if (!result.ok) throw new Error(`${result.rejection.code}: ${result.rejection.message}`);
  return result.classification;
}

export function required(sql: string, data: Partial<CatalogData>, session?: SessionState): Permission[] {
  return permissionsOf(understood(sql, data, session).required);
}

/** The session after these texts, of which every statement succeeded. */
export function after(data: Partial<CatalogData>, ...texts: string[]): SessionState {
  let session = NEW_SESSION;
  for (const sql of texts)
    for (const statement of understood(sql, data, session).statements)
      session = sessionAfter(session, statement);
  return session;
}
