import { createHash } from 'node:crypto';
import {
  type CatalogCast,
  type CatalogData,
  type CatalogFunction,
  INLINE_PARSE_BYTES,
} from '@postern/core/sql';
import type { WireClient } from '../wire-client.js';
import { NOT_READ, RelationParts } from './assemble-relations.js';
import * as relation from './relation-sections.js';
import * as section from './sections.js';

/** A catalog, and whether a lock kept parts of it from being read: then it is stricter than it need be, and worth reading again. */
export interface ReadCatalog {
  readonly data: CatalogData;
  readonly isPartial: boolean;
}

export interface SessionFacts {
  readonly serverVersion: number;
  readonly user: string;
  readonly searchPath: readonly string[];
}

/** All of one database's catalog that may run code, by one query a section. To be called with an empty search_path. */
export async function readCatalog(client: WireClient, facts: SessionFacts): Promise<ReadCatalog> {
  const limit = [INLINE_PARSE_BYTES];
  const functions = await rowsOf<section.FunctionRow>(client, section.FUNCTIONS, limit);
  const operators = await rowsOf<section.OperatorRow>(client, section.OPERATORS);
  const casts = await rowsOf<section.CastRow>(client, section.CASTS);
  const types = await rowsOf<section.TypeRow>(client, section.TYPES, limit);
  const rows = {
    rules: await rowsOf<relation.RuleRow>(client, relation.RULES, limit),
    policies: await rowsOf<relation.PolicyRow>(client, relation.POLICIES, limit),
    triggers: await rowsOf<relation.TriggerRow>(client, relation.TRIGGERS, limit),
    expressions: await rowsOf<relation.ExpressionRow>(client, relation.EXPRESSIONS, limit),
    foreign: await rowsOf<relation.ForeignRow>(client, relation.FOREIGN_TABLES),
    edges: await rowsOf<relation.EdgeRow>(client, relation.EDGES),
    columnTypes: await rowsOf<relation.ColumnTypeRow>(client, relation.COLUMN_TYPES, [
      types.map(({ oid }) => oid),
    ]),
  };
  const parts = new RelationParts(rows);
  const names = await rowsOf<relation.RelationNameRow>(client, relation.RELATION_NAMES, [parts.oids]);
  const typed = new Set(types.map(({ oid }) => oid));
  const { rules, policies, triggers, expressions } = rows;
  const content = {
    ...facts,
    functions: functions.map((row) => functionOf(row, typed)),
    operators,
    casts: casts.map(castOf),
    types: types.map((type) => ({ ...type, expressions: type.expressions.map((text) => text ?? NOT_READ) })),
    relations: parts.named(names),
  };
  return {
    data: { version: versionOf(content), ...content },
    isPartial: [functions, rules, policies, triggers, expressions].some((list) =>
      list.some(({ isLocked }) => isLocked),
    ),
  };
}

async function rowsOf<Row>(
  client: WireClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const { rows } = await client.query({ text, values: [...values] });
  return rows as Row[];
}

function functionOf(row: section.FunctionRow, typed: ReadonlySet<number>): CatalogFunction {
  const { definition, extension, isLocked: _, types, ...facts } = row;
  return {
    ...facts,
    types: types.filter((oid) => typed.has(oid)),
    ...(definition === null ? {} : { definition }),
    ...(extension === null ? {} : { extension }),
  };
}

const CONTEXTS = { e: 'explicit', a: 'assignment', i: 'implicit' } as const;

function castOf({ source, target, context, function: called }: section.CastRow): CatalogCast {
  return { source, target, context: CONTEXTS[context], ...(called === null ? {} : { function: called }) };
}

/** Section by section: one text of it all could be longer than a string may be. */
function versionOf(content: Readonly<Record<string, unknown>>): string {
  const hash = createHash('sha256');
  for (const [name, value] of Object.entries(content)) {
    hash.update(name);
    for (const one of Array.isArray(value) ? value : [value]) hash.update(JSON.stringify(one)).update('\n');
  }
  return hash.digest('base64url');
}
