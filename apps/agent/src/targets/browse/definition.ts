import { writtenIdent as ident } from '@postern/core/sql/identifier';
import type { ObjectDetails } from '../../console/contract-catalog.js';
import type { RelationHead, TypeHead } from './object-head.js';

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

type Parts = Pick<ObjectDetails, 'columns' | 'constraints' | 'indexes' | 'triggers' | 'policies'>;

/** A text that makes the relation again: tables by their parts, which PostgreSQL has no function for; the rest as it prints them. */
export function relationDefinition(head: RelationHead, parts: Parts, query: string): string {
  const name = `${ident(head.schema)}.${ident(head.name)}`;
  switch (head.kind) {
    case 'view':
      return `CREATE OR REPLACE VIEW ${name} AS\n${query}`;
    case 'materialized_view':
      return [`CREATE MATERIALIZED VIEW ${name} AS\n${query}`, ...indexesOf(parts)].join('\n\n');
    case 'index':
      return `${query};`;
    case 'sequence':
      return sequenceDefinition(head, name);
    default:
      return [tableDefinition(head, name, parts), ...indexesOf(parts), ...rest(head, name, parts)].join(
        '\n\n',
      );
  }
}

function tableDefinition(head: RelationHead, name: string, { columns, constraints }: Parts): string {
  const lines = [
    ...columns.map(columnLine),
    ...constraints.map(
      ({ name: constraint, definition }) => `  CONSTRAINT ${ident(constraint)} ${definition}`,
    ),
  ];
  const tail = head.partitionKey === null ? '' : ` PARTITION BY ${head.partitionKey}`;
  const kind = head.kind === 'foreign_table' ? 'FOREIGN TABLE' : head.isUnlogged ? 'UNLOGGED TABLE' : 'TABLE';
  if (head.partitionOf !== null && head.bound !== null) {
    const parent = `${ident(head.partitionOf.schema)}.${ident(head.partitionOf.name)}`;
    return `CREATE ${kind} ${name} PARTITION OF ${parent} ${head.bound}${tail};`;
  }
  return `CREATE ${kind} ${name} (\n${lines.join(',\n')}\n)${tail};`;
}

function columnLine({
  name,
  type,
  isRequired,
  default: value,
  identity,
  isGenerated,
}: Parts['columns'][number]): string {
  const parts = [`  ${ident(name)} ${type}`];
  if (identity !== null) parts.push(`GENERATED ${identity.toUpperCase()} AS IDENTITY`);
  else if (isGenerated && value !== null) parts.push(`GENERATED ALWAYS AS (${value}) STORED`);
  else if (value !== null) parts.push(`DEFAULT ${value}`);
  if (isRequired) parts.push('NOT NULL');
  return parts.join(' ');
}

const indexesOf = ({ indexes }: Parts): string[] =>
  indexes.filter(({ isOfConstraint }) => !isOfConstraint).map(({ definition }) => `${definition};`);

function rest(head: RelationHead, name: string, { triggers, policies, columns }: Parts): string[] {
  return [
    ...triggers.map(({ definition }) => `${definition};`),
    ...(head.rowSecurity ? [`ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`] : []),
    ...(head.rowSecurityForced ? [`ALTER TABLE ${name} FORCE ROW LEVEL SECURITY;`] : []),
    ...policies.map((policy) => policyDefinition(name, policy)),
    ...(head.comment === null ? [] : [`COMMENT ON TABLE ${name} IS ${literal(head.comment)};`]),
    ...columns.flatMap(({ name: column, comment }) =>
      comment === null ? [] : [`COMMENT ON COLUMN ${name}.${ident(column)} IS ${literal(comment)};`],
    ),
  ];
}

function policyDefinition(table: string, policy: Parts['policies'][number]): string {
  const { name, command, roles, using, check, isPermissive } = policy;
  const parts = [
    `CREATE POLICY ${ident(name)} ON ${table}`,
    ...(isPermissive ? [] : ['AS RESTRICTIVE']),
    `FOR ${command.toUpperCase()}`,
    `TO ${roles.map(ident).join(', ')}`,
    ...(using === null ? [] : [`USING (${using})`]),
    ...(check === null ? [] : [`WITH CHECK (${check})`]),
  ];
  return `${parts.join('\n  ')};`;
}

function sequenceDefinition({ sequence }: RelationHead, name: string): string {
  if (sequence === null) return `CREATE SEQUENCE ${name};`;
  const { type, increment, min, max, start, cache, cycles } = sequence;
  return `CREATE SEQUENCE ${name} AS ${type}\n  INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} START WITH ${start} CACHE ${cache}${cycles ? ' CYCLE' : ''};`;
}

/** Undefined for types that only C code can make. */
export function typeDefinition(head: TypeHead, columns: ObjectDetails['columns']): string | undefined {
  const name = `${ident(head.schema)}.${ident(head.name)}`;
  switch (head.form) {
    case 'enum':
      return `CREATE TYPE ${name} AS ENUM (\n${(head.labels ?? []).map((label) => `  ${literal(label)}`).join(',\n')}\n);`;
    case 'composite':
      return `CREATE TYPE ${name} AS (\n${columns.map((column) => `  ${ident(column.name)} ${column.type}`).join(',\n')}\n);`;
    case 'range':
      return `CREATE TYPE ${name} AS RANGE (SUBTYPE = ${head.subtype ?? ''});`;
    case 'domain': {
      const checks = (head.checks ?? []).map(
        (check) => `\n  CONSTRAINT ${ident(check.name)} ${check.definition}`,
      );
      const value = head.default === null ? '' : ` DEFAULT ${head.default}`;
      return `CREATE DOMAIN ${name} AS ${head.base ?? ''}${value}${head.isRequired ? ' NOT NULL' : ''}${checks.join('')};`;
    }
    default:
      return undefined;
  }
}

export const extensionDefinition = (name: string, schema: string, version: string): string =>
  `CREATE EXTENSION IF NOT EXISTS ${ident(name)} WITH SCHEMA ${ident(schema)} VERSION ${literal(version)};`;
