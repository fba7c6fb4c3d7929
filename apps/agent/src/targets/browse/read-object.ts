import type { ObjectDetails, ObjectKind } from '../../console/contract-catalog.js';
import type { Rows } from './browse-session.js';
import { extensionDefinition, relationDefinition, typeDefinition } from './definition.js';
import type { Head, RelationHead, TypeHead } from './object-head.js';
import * as other from './read-others.sql.js';
import * as relation from './read-relation.sql.js';

/** Everything the object page shows; undefined when it is not there any more. */
export async function readObject(
  rows: Rows,
  kind: ObjectKind,
  oid: number,
): Promise<ObjectDetails | undefined> {
  switch (kind) {
    case 'function':
    case 'procedure':
    case 'aggregate':
      return readRoutine(rows, oid);
    case 'type':
    case 'domain':
      return readType(rows, oid);
    case 'extension':
      return readExtension(rows, oid);
    case 'trigger':
      return readTableOf(rows, other.TRIGGER_TABLE, oid);
    case 'policy':
      return readTableOf(rows, other.POLICY_TABLE, oid);
    default:
      return readRelation(rows, oid);
  }
}

async function readTableOf(rows: Rows, query: string, oid: number): Promise<ObjectDetails | undefined> {
  const [table] = await rows<{ oid: number }>(query, [oid]);
  return table && readRelation(rows, table.oid);
}

const EMPTY = {
  isLimited: false,
  columns: [],
  constraints: [],
  indexes: [],
  triggers: [],
  policies: [],
  references: [],
  partitions: [],
  grants: [],
  dependencies: [],
  access: [],
} satisfies Partial<ObjectDetails>;

async function readRelation(rows: Rows, oid: number): Promise<ObjectDetails | undefined> {
  const [head] = await rows<RelationHead>(relation.RELATION, [oid]);
  if (!head) return undefined;
  const list = <Row>(text: string): Promise<Row[]> => rows<Row>(text, [oid]);
  const parts = {
    columns:
      head.kind === 'index' || head.kind === 'sequence'
        ? []
        : await list<ObjectDetails['columns'][number]>(relation.COLUMNS),
    constraints: await list<ObjectDetails['constraints'][number]>(relation.CONSTRAINTS),
    indexes: await list<ObjectDetails['indexes'][number]>(relation.INDEXES),
    triggers: await list<ObjectDetails['triggers'][number]>(relation.TRIGGERS),
    policies: await list<ObjectDetails['policies'][number]>(relation.POLICIES),
  };
  const { schema, name, kind, owner, comment, rowSecurity, rowSecurityForced, partitionOf } = head;
  // A table that is being rewritten is locked: then the page comes without its size.
  const [sizes] = await list<NonNullable<ObjectDetails['sizes']>>(relation.SIZES).catch(() => []);
  const [use] = await list<NonNullable<ObjectDetails['use']>>(relation.USE);
  return {
    ...EMPTY,
    ...{ oid: head.oid, kind, schema, name, owner, comment, rows: head.rows },
    ...parts,
    rowSecurity: { isEnabled: rowSecurity, isForced: rowSecurityForced },
    ...(partitionOf === null ? {} : { partitionOf }),
    ...(sizes === undefined ? {} : { sizes }),
    ...(use === undefined ? {} : { use }),
    references: await list<ObjectDetails['references'][number]>(relation.REFERENCES),
    partitions: await list<ObjectDetails['partitions'][number]>(relation.PARTITIONS),
    grants: await list<ObjectDetails['grants'][number]>(relation.GRANTS),
    dependencies: await list<ObjectDetails['dependencies'][number]>(relation.DEPENDENTS),
    definition: relationDefinition(head, parts, await queryOf(rows, oid)),
  };
}

/** Of a view or an index. One that somebody changes right now is locked. */
async function queryOf(rows: Rows, oid: number): Promise<string> {
  const [found] = await rows<{ query: string }>(relation.QUERY, [oid]).catch(() => [LOCKED]);
  return found?.query ?? '';
}

const LOCKED = { query: '-- what it reads is locked by somebody at the moment: reload the page later' };

interface RoutineHead extends Head, NonNullable<ObjectDetails['routine']> {
  readonly definition: string | null;
}

async function readRoutine(rows: Rows, oid: number): Promise<ObjectDetails | undefined> {
  const [head] = await rows<RoutineHead>(other.ROUTINE, [oid]);
  if (!head) return undefined;
  const { kind, schema, name, owner, comment, definition, ...routine } = head;
  const { language, isSecurityDefiner, volatility, result, returnsSet, parameters } = routine;
  return {
    ...EMPTY,
    ...{ oid: head.oid, kind, schema, name, owner, comment, rows: null },
    routine: {
      language,
      isSecurityDefiner,
      volatility,
      arguments: routine.arguments,
      result,
      returnsSet,
      parameters,
    },
    grants: await rows<ObjectDetails['grants'][number]>(other.ROUTINE_GRANTS, [oid]),
    dependencies: await rows<ObjectDetails['dependencies'][number]>(other.ROUTINE_DEPENDENTS, [oid]),
    ...(definition === null ? {} : { definition }),
  };
}

async function readType(rows: Rows, oid: number): Promise<ObjectDetails | undefined> {
  const [head] = await rows<TypeHead>(other.TYPE, [oid]);
  if (!head) return undefined;
  const { kind, schema, name, owner, comment } = head;
  const columns =
    head.relation === 0
      ? []
      : await rows<ObjectDetails['columns'][number]>(relation.COLUMNS, [head.relation]);
  const definition = typeDefinition(head, columns);
  return {
    ...EMPTY,
    ...{ oid: head.oid, kind, schema, name, owner, comment, rows: null, columns },
    constraints: (head.checks ?? []).map((check) => ({ ...check, kind: 'check', isValid: true })),
    dependencies: await rows<ObjectDetails['dependencies'][number]>(other.TYPE_DEPENDENTS, [oid]),
    ...(definition === undefined ? {} : { definition }),
  };
}

async function readExtension(rows: Rows, oid: number): Promise<ObjectDetails | undefined> {
  const [head] = await rows<Head & { version: string }>(other.EXTENSION, [oid]);
  if (!head) return undefined;
  const { kind, schema, name, owner, comment, version } = head;
  const definition = extensionDefinition(name, schema, version);
  return { ...EMPTY, oid: head.oid, kind, schema, name, owner, comment, rows: null, definition };
}
