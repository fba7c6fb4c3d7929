import type {
  Completion,
  CompletionContext,
  CompletionResult,
  CompletionSource,
} from '@codemirror/autocomplete';
import { PostgreSQL, type SQLNamespace, schemaCompletionSource } from '@codemirror/lang-sql';
import type { NamesResponse } from '@postern/agent/console-catalog';
import { writtenIdent, writtenName } from '@postern/core/sql/identifier';

type Relation = NamesResponse['relations'][number];

/** What the completions are made of, prepared once a catalog. */
interface Prepared {
  readonly schema: CompletionSource;
  readonly functions: readonly Completion[];
  readonly byName: ReadonlyMap<string, Relation>;
  readonly foreignKeys: NamesResponse['foreignKeys'];
}

const prepared = new WeakMap<NamesResponse, Prepared>();

function prepare(names: NamesResponse): Prepared {
  const known = prepared.get(names);
  if (known) return known;
  const schemas: Record<string, Record<string, SQLNamespace>> = {};
  const byName = new Map<string, Relation>();
  const inPath = (schema: string) => names.searchPath.includes(schema);
  for (const relation of names.relations) {
    const columns = (relation.columns ?? []).map(
      ([label, detail]): Completion => ({ label, apply: writtenIdent(label), detail, type: 'property' }),
    );
    const self: Completion = {
      label: relation.name,
      apply: writtenIdent(relation.name),
      detail: relation.kind.replace('_', ' '),
      type: 'type',
      ...(relation.comment === undefined ? {} : { info: relation.comment }),
    };
    schemas[relation.schema] ??= {};
    const schema = schemas[relation.schema];
    if (schema) schema[relation.name] = { self, children: columns };
    byName.set(writtenName(relation.schema, relation.name), relation);
    if (inPath(relation.schema)) byName.set(writtenIdent(relation.name), relation);
  }
  const defaultSchema = names.searchPath[0];
  const made: Prepared = {
    schema: schemaCompletionSource({
      dialect: PostgreSQL,
      schema: schemas,
      ...(defaultSchema === undefined ? {} : { defaultSchema }),
    }),
    functions: functionCompletions(names),
    byName,
    foreignKeys: names.foreignKeys,
  };
  prepared.set(names, made);
  return made;
}

function functionCompletions({ functions, searchPath }: NamesResponse): Completion[] {
  return functions.map(({ schema, name, arguments: args, result, comment }) => {
    const isNear = schema === 'pg_catalog' || searchPath.includes(schema);
    const label = isNear ? name : `${schema}.${name}`;
    return {
      label,
      apply: `${isNear ? writtenIdent(name) : writtenName(schema, name)}(`,
      detail: `(${args})${result === undefined ? '' : ` → ${result}`}`,
      type: 'function',
      boost: schema === 'pg_catalog' ? -2 : -1,
      ...(comment === undefined ? {} : { info: comment }),
    };
  });
}

/** A table of the statement, and what it is called there. */
export interface Named {
  readonly name: string;
  readonly alias: string;
}

const NAME = '(?:"(?:[^"]|"")+"|[a-z_][\\w$]*)';
const FROM = new RegExp(
  `\\b(?:from|join|update|into)\\s+(${NAME}(?:\\s*\\.\\s*${NAME})?)(?:\\s+(?:as\\s+)?(?!(?:on|using|where|join|left|right|inner|full|cross|natural|group|order|limit|set|values|union|returning|as)\\b)(${NAME}))?`,
  'gi',
);

/** Tables that a text names behind FROM, JOIN, UPDATE and INTO, in order. */
export function tablesIn(text: string): Named[] {
  return [...text.matchAll(FROM)].map(([, name = '', alias]) => {
    const plain = name.replace(/\s+/g, '');
    return { name: plain, alias: alias ?? plain.split('.').at(-1) ?? plain };
  });
}

/** Names of the text's own WITH queries. */
export const ctesIn = (text: string): string[] =>
  [
    ...text.matchAll(
      new RegExp(
        `(?:\\bwith\\s+(?:recursive\\s+)?|,\\s*)(${NAME})\\s*(?:\\([^)]*\\)\\s*)?as\\s+(?:not\\s+materialized\\s+|materialized\\s+)?\\(`,
        'gi',
      ),
    ),
  ].flatMap(([, name]) => (name === undefined ? [] : [name]));

/** Conditions that join the last table of a text with those before it, from foreign keys in either direction. */
export function joinConditions(text: string, names: NamesResponse): string[] {
  const { byName, foreignKeys } = prepare(names);
  const tables = tablesIn(text).flatMap(({ name, alias }) => {
    const relation = byName.get(name.toLowerCase()) ?? byName.get(name);
    return relation ? [{ oid: relation.oid, alias }] : [];
  });
  const last = tables.at(-1);
  if (last === undefined) return [];
  const condition = (a: string, columns: readonly string[], b: string, others: readonly string[]) =>
    columns
      .map((column, at) => `${a}.${writtenIdent(column)} = ${b}.${writtenIdent(others[at] ?? '')}`)
      .join(' and ');
  return tables.slice(0, -1).flatMap((other) =>
    foreignKeys.flatMap(({ table, target, columns, targetColumns }) => {
      if (table === last.oid && target === other.oid)
        return [condition(last.alias, columns, other.alias, targetColumns)];
      if (table === other.oid && target === last.oid)
        return [condition(last.alias, targetColumns, other.alias, columns)];
      return [];
    }),
  );
}

/** The statement before the cursor, as far as completion needs it. */
const before = (context: CompletionContext): string =>
  context.state
    .sliceDoc(Math.max(0, context.pos - 20_000), context.pos)
    .split(';')
    .at(-1) ?? '';

/** Tables, columns by alias, WITH queries, join conditions and functions of the connection's database. */
export function completions(names: () => NamesResponse | undefined): CompletionSource[] {
  const joins = (context: CompletionContext): CompletionResult | null => {
    const current = names();
    const match = context.matchBefore(/\bon\s+\w*$/i);
    if (current === undefined || match === null) return null;
    const options = joinConditions(before(context), current).map(
      (label): Completion => ({ label, type: 'keyword', detail: 'foreign key', boost: 90 }),
    );
    const word = context.matchBefore(/\w*$/);
    return options.length === 0 ? null : { from: word?.from ?? context.pos, options };
  };
  const functions = (context: CompletionContext): CompletionResult | null => {
    const current = names();
    const word = context.matchBefore(/[\w.]{2,}$/);
    return current === undefined || word === null
      ? null
      : { from: word.from, options: [...prepare(current).functions], validFor: /^[\w.]*$/ };
  };
  const ctes = (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/\w+$/);
    const options = ctesIn(context.state.sliceDoc(Math.max(0, context.pos - 20_000), context.pos));
    if (word === null || options.length === 0) return null;
    return {
      from: word.from,
      options: options.map((label) => ({ label, type: 'variable', detail: 'with', boost: 50 })),
    };
  };
  const schema: CompletionSource = (context) => {
    const current = names();
    return current === undefined ? null : prepare(current).schema(context);
  };
  return [joins, schema, ctes, functions];
}
