import type { ObjectDetails } from '@postern/agent/console-catalog';
import { writtenIdent, writtenName } from '@postern/core/sql/identifier';

type Table = Pick<ObjectDetails, 'schema' | 'name' | 'columns'>;

const PREVIEW_ROWS = 100;

export const selectRows = ({ schema, name }: Pick<Table, 'schema' | 'name'>): string =>
  `select * from ${writtenName(schema, name)} limit ${PREVIEW_ROWS};`;

/** What the database does not make by itself. */
const given = ({ columns }: Table) =>
  columns.filter(({ isGenerated, identity }) => !isGenerated && identity !== 'always');

/** A place to type a value, which says of what type. It does not run as it stands. */
const place = ({ name, type }: Table['columns'][number]): string =>
  `:${name.replace(/\W/g, '_')} /* ${type} */`;

function whereKey(table: Table): string {
  const keys = table.columns.filter(({ isPrimary }) => isPrimary);
  const chosen = keys.length > 0 ? keys : table.columns.slice(0, 1);
  return `where ${chosen.map((column) => `${writtenIdent(column.name)} = ${place(column)}`).join('\n  and ')}`;
}

export function insertRow(table: Table): string {
  const columns = given(table).filter(({ default: value, isPrimary }) => value === null || !isPrimary);
  const target = writtenName(table.schema, table.name);
  if (columns.length === 0) return `insert into ${target} default values;`;
  const names = columns.map(({ name }) => `  ${writtenIdent(name)}`).join(',\n');
  return `insert into ${target} (\n${names}\n) values (\n${columns.map((column) => `  ${place(column)}`).join(',\n')}\n);`;
}

export function updateRow(table: Table): string {
  const columns = given(table).filter(({ isPrimary }) => !isPrimary);
  const sets = columns.map((column) => `  ${writtenIdent(column.name)} = ${place(column)}`).join(',\n');
  return `update ${writtenName(table.schema, table.name)} set\n${sets}\n${whereKey(table)};`;
}

export const deleteRow = (table: Table): string =>
  `delete from ${writtenName(table.schema, table.name)}\n${whereKey(table)};`;
