import type { NamesResponse } from '@postern/agent/console-catalog';
import type { StreamColumn } from '@postern/agent/console-contract';
import { writtenIdent, writtenName } from '@postern/core/sql/identifier';
import type { Values } from '../parameters/placeholders';

/** Rows that a foreign key joins with a row: the one that it points to, or those that point to it. */
export interface RowLink {
  readonly direction: 'to' | 'from';
  readonly table: string;
  /** `customer_id = 7`, for people. */
  readonly condition: string;
  readonly sql: string;
  readonly parameters: Values;
}

/** The one table that a result reads, by name; `result` where there are several, or none. */
export function sourceName(
  columns: readonly StreamColumn[],
  { relations }: Pick<NamesResponse, 'relations'>,
): string {
  const [table, ...others] = new Set(columns.flatMap((column) => column.table ?? []));
  const relation = others.length === 0 ? relations.find(({ oid }) => oid === table) : undefined;
  return relation === undefined ? 'result' : writtenName(relation.schema, relation.name);
}

/**
 * Where foreign keys lead from a row of a result, both ways. A value counts as a column's where table, number and name agree, so that an
 * alias leads nowhere wrong; with columns dropped from the table before it, it leads nowhere.
 */
export function rowLinks(
  columns: readonly StreamColumn[],
  row: readonly (string | null)[],
  { relations, foreignKeys }: Pick<NamesResponse, 'relations' | 'foreignKeys'>,
): RowLink[] {
  const byOid = new Map(relations.map((relation) => [relation.oid, relation]));
  const columnValue = (table: number, name: string): string | null => {
    const at = columns.findIndex(
      (column) =>
        column.table === table &&
        column.name === name &&
        byOid.get(table)?.columns?.[(column.attribute ?? 0) - 1]?.[0] === name,
    );
    return row[at] ?? null;
  };
  const linkOf = (
    direction: RowLink['direction'],
    from: number,
    own: readonly string[],
    to: number,
    others: readonly string[],
  ) => {
    const target = byOid.get(to);
    const values = own.map((name) => columnValue(from, name));
    if (target === undefined || values.some((value) => value === null)) return [];
    const table = writtenName(target.schema, target.name);
    const terms = others.map((name, at) => `${writtenIdent(name)} = :key${at + 1}`);
    return [
      {
        ...{ direction, table },
        condition: others.map((name, at) => `${name} = ${values[at]}`).join(', '),
        sql: `select * from ${table} where ${terms.join(' and ')}`,
        parameters: Object.fromEntries(values.map((value, at) => [`key${at + 1}`, value])),
      },
    ];
  };
  return foreignKeys.flatMap(({ table, target, columns: own, targetColumns: others }) => [
    ...linkOf('to', table, own, target, others),
    ...linkOf('from', target, others, table, own),
  ]);
}
