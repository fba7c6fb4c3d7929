import type { PathSegment, ReadDocument } from './document.js';
import type { DefaultObjectType, ObjectSelector } from './graph.js';
import { nameProblems } from './names.js';
import {
  type ObjectType,
  PRIVILEGES,
  type Privilege,
  type PrivilegeMask,
  SCHEMA_OBJECT_TYPES,
  type SchemaObjectType,
} from './objects.js';
import { COLUMN_PRIVILEGES, maskOf, PRIVILEGES_ON, privilegesOf } from './privileges.js';
import { type Problem, problem } from './problem.js';
import { signatureOf } from './signature.js';

/** An `object` of a grant as written; profile templates have no schema of their own. */
export interface WrittenObject {
  readonly type: ObjectType;
  readonly schema?: string | undefined;
  readonly name?: string | undefined;
  readonly columns?: readonly string[] | undefined;
}

type Path = readonly PathSegment[];

export function isSchemaObjectType(type: ObjectType): type is SchemaObjectType {
  return (SCHEMA_OBJECT_TYPES as readonly ObjectType[]).includes(type);
}

/** The words of a manifest as a mask. `all`: they were, in part at least, `ALL`. */
export function privilegeWords(
  words: readonly string[],
  allowed: PrivilegeMask,
): { mask: PrivilegeMask; all: boolean } {
  const all = words.some((word) => word === 'ALL' || word === 'ALL PRIVILEGES');
  const named = words.flatMap((word): Privilege[] =>
    word === 'TEMP' ? ['TEMPORARY'] : PRIVILEGES.filter((privilege) => privilege === word),
  );
  return { mask: maskOf(named) | (all ? allowed : 0), all };
}

/** What may be granted on a written object. */
export function allowedOn(object: WrittenObject): PrivilegeMask {
  return object.columns ? COLUMN_PRIVILEGES : PRIVILEGES_ON[object.type];
}

/** What may be granted on future objects. */
export function allowedOnFuture(on: DefaultObjectType): PrivilegeMask {
  return PRIVILEGES_ON[on];
}

/** Privileges that the type does not have, each with the types that do have it. */
export function privilegeProblems(
  words: readonly string[],
  allowed: PrivilegeMask,
  what: string,
  at: ReadDocument['at'],
  path: Path,
): Problem[] {
  return words.flatMap((word, index) => {
    const { mask } = privilegeWords([word], allowed);
    if ((mask & ~allowed) === 0) return [];
    const fix = `use ${privilegesOf(allowed)
      .map((name) => `\`${name}\``)
      .join(', ')} or \`ALL\``;
    return [
      problem(
        at([...path, index]),
        'manifest.bad_privilege',
        `\`${word}\` cannot be granted on ${what}`,
        fix,
      ),
    ];
  });
}

const WORDS: Partial<Record<ObjectType, string>> = {
  materialized_view: 'a materialized view',
  foreign_table: 'a foreign table',
  foreign_server: 'a foreign server',
  foreign_data_wrapper: 'a foreign data wrapper',
  large_object: 'a large object',
};
/** `a table`, `a materialized view` */
export const withArticle = (type: ObjectType | DefaultObjectType): string => WORDS[type] ?? `a ${type}`;

/** All that is wrong with an object, its privileges aside. `bound`: a template, its schema comes from the binding. */
export function objectProblems(
  object: WrittenObject,
  at: ReadDocument['at'],
  path: Path,
  bound: boolean,
): Problem[] {
  const { type, schema, name, columns } = object;
  const here = at(path);
  const problems: Problem[] = [];
  const add = (code: Problem['code'], message: string, fix: string, key?: string) =>
    problems.push(problem(key ? at([...path, key]) : here, code, message, fix));
  const inSchema = isSchemaObjectType(type);
  if (inSchema && !bound && schema === undefined) {
    add('manifest.missing_field', `the grant on ${withArticle(type)} names no schema`, 'add `schema: …`');
  }
  if (!inSchema && type !== 'schema' && schema !== undefined) {
    add('manifest.contradiction', `${withArticle(type)} is in no schema`, 'remove `schema`', 'schema');
  }
  if (type === 'schema' && schema !== undefined && name !== undefined && schema !== name) {
    add(
      'manifest.contradiction',
      `the grant names two schemas, \`${schema}\` and \`${name}\``,
      'keep `name` only',
    );
  }
  const named = name ?? (type === 'schema' ? (bound ? '' : schema) : undefined);
  if (named === undefined) {
    const fix = inSchema ? `add \`name: …\`, or \`name: "*"\` for all of the schema` : 'add `name: …`';
    add('manifest.missing_field', `the grant on ${withArticle(type)} names no object`, fix);
  } else if (named !== '') {
    problems.push(...objectNameProblems(type, named, at([...path, name === undefined ? 'schema' : 'name'])));
  }
  if (schema !== undefined) problems.push(...nameProblems(schema, 'the schema', at([...path, 'schema'])));
  if (columns) {
    if (!COLUMN_TYPES.includes(type)) {
      add('manifest.bad_value', `${withArticle(type)} has no columns`, 'remove `columns`', 'columns');
    } else if (name === '*') {
      add('manifest.contradiction', 'columns of `*` are of no one table', 'name the table', 'columns');
    }
    for (const [index, column] of columns.entries()) {
      problems.push(...nameProblems(column, 'the column', at([...path, 'columns', index])));
    }
  }
  return problems;
}

const COLUMN_TYPES: readonly ObjectType[] = ['table', 'view', 'materialized_view', 'foreign_table'];

function objectNameProblems(type: ObjectType, name: string, at: ReturnType<ReadDocument['at']>): Problem[] {
  if (name === '*') {
    if (isSchemaObjectType(type)) return [];
    return [
      problem(at, 'manifest.bad_name', `\`*\` does not work for ${withArticle(type)}`, 'name each of them'),
    ];
  }
  switch (type) {
    case 'function':
    case 'procedure': {
      const signature = signatureOf(name, type);
      if (signature) return nameProblems(signature.slice(0, signature.indexOf('(')), `the ${type}`, at);
      const fix = `write its argument types: \`${name}()\` for none, or \`${name}(integer, text)\``;
      return [problem(at, 'manifest.bad_name', `\`${name}\` says not which ${type} of that name`, fix)];
    }
    case 'large_object':
      if (/^[1-9]\d{0,9}$/.test(name)) return [];
      return [problem(at, 'manifest.bad_name', `\`${name}\` is no large object`, 'write its oid, a number')];
    case 'parameter':
      if (/^[A-Za-z_][\w$]*(\.[A-Za-z_][\w$]*)*$/.test(name)) return [];
      return [
        problem(at, 'manifest.bad_name', `\`${name}\` is no name of a parameter`, 'write it as in `SHOW …`'),
      ];
    default:
      return nameProblems(name, `the ${type.replaceAll('_', ' ')}`, at);
  }
}

/** The selector of an object without problems. */
export function selectorOf(object: WrittenObject, schema: string | undefined): ObjectSelector {
  const { type } = object;
  if (type === 'schema') return { type, name: schema ?? object.name ?? object.schema ?? '' };
  const name = object.name ?? '';
  if (!isSchemaObjectType(type)) {
    // The catalog knows parameters in lower case (pg_parameter_acl.parname).
    return { type, name: type === 'parameter' ? name.toLowerCase() : name };
  }
  const known = type === 'function' || type === 'procedure' ? (signatureOf(name, type) ?? name) : name;
  return { type, schema: schema ?? object.schema ?? '', name: known };
}
