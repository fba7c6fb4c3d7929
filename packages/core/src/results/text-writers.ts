import {
  distinctNames,
  isNumber,
  isNumberType,
  type ResultColumn,
  type Row,
  type RowWriter,
} from './writer.js';

/** NULL is nothing at all and '' is `""`, as in COPY's CSV format, so that the two stay different. */
function delimited(delimiter: ',' | '\t', lineEnd: string): RowWriter {
  const special = delimiter === ',' ? /^$|^\s|\s$|[",\r\n]/ : /^$|["\t\r\n]/;
  const field = (value: string | null): string => {
    if (value === null) return '';
    return special.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  };
  const line = (row: Row): string => `${row.map(field).join(delimiter)}${lineEnd}`;
  return { begin: (columns) => line(columns.map(({ name }) => name)), row: line, end: () => '' };
}

/** RFC 4180: lines end in CR LF. */
export const csv = (): RowWriter => delimited(',', '\r\n');
/** Tab-separated values, quoted as CSV is where they would break a row. */
export const tsv = (): RowWriter => delimited('\t', '\n');

/** Writes a value as JSON by its type: numbers with all their digits, json as it is. */
function jsonValue(type: string): (value: string | null) => string {
  if (isNumberType(type))
    return (value) => (value === null || isNumber(value) ? (value ?? 'null') : JSON.stringify(value));
  if (type === 'boolean') return (value) => (value === null ? 'null' : String(value === 't'));
  if (type === 'json' || type === 'jsonb') return (value) => value ?? 'null';
  return (value) => JSON.stringify(value);
}

function jsonObject(columns: readonly ResultColumn[]): (row: Row) => string {
  const keys = distinctNames(columns).map((name) => JSON.stringify(name));
  const values = columns.map(({ type }) => jsonValue(type));
  return (row) => `{${row.map((value, index) => `${keys[index]}:${values[index]?.(value)}`).join(',')}}`;
}

/** One JSON object a line; a name that occurs again gets a number. */
export function jsonLines(): RowWriter {
  let object = jsonObject([]);
  return {
    begin: (columns) => {
      object = jsonObject(columns);
      return '';
    },
    row: (row) => `${object(row).replace(/[\r\n]+/g, ' ')}\n`,
    end: () => '',
  };
}

/** An array of JSON objects, one a line. */
export function json(): RowWriter {
  let object = jsonObject([]);
  let isFirst = true;
  return {
    begin: (columns) => {
      object = jsonObject(columns);
      return '[';
    },
    row: (row) => {
      const lead = isFirst ? '\n' : ',\n';
      isFirst = false;
      return lead + object(row);
    },
    end: () => '\n]\n',
  };
}

/** An identifier in double quotes. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A value as SQL writes it, for `standard_conforming_strings = on`. */
export const sqlLiteral = (value: string | null, type: string): string => {
  if (value === null) return 'NULL';
  if (isNumberType(type) && isNumber(value)) return value;
  if (type === 'boolean') return value === 't' ? 'true' : 'false';
  return `'${value.replaceAll("'", "''")}'`;
};

const ROWS_OF_INSERT = 100;

/** INSERT statements of a hundred rows. `table` stands in them as it is given, so it has to be quoted where it needs to be. */
export function sqlInserts(table: string): RowWriter {
  let columns: readonly ResultColumn[] = [];
  let rows = 0;
  return {
    begin: (of) => {
      columns = of;
      return '';
    },
    row: (row) => {
      const names = columns.map(({ name }) => quotedName(name)).join(', ');
      const start = rows % ROWS_OF_INSERT === 0;
      const lead = start ? `${rows === 0 ? '' : ';\n'}INSERT INTO ${table} (${names}) VALUES\n  ` : ',\n  ';
      rows += 1;
      return `${lead}(${row.map((value, index) => sqlLiteral(value, columns[index]?.type ?? '')).join(', ')})`;
    },
    end: () => (rows === 0 ? '' : ';\n'),
  };
}

const markdownCell = (value: string | null): string =>
  value === null ? '_NULL_' : value.replace(/[\\|]/g, '\\$&').replace(/\r\n|[\r\n]/g, '<br>');

/** A table of GitHub's Markdown. */
export function markdown(): RowWriter {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return {
    begin: (columns) =>
      line(columns.map(({ name }) => markdownCell(name))) +
      line(columns.map(({ type }) => (isNumberType(type) ? '---:' : '---'))),
    row: (row) => line(row.map(markdownCell)),
    end: () => '',
  };
}
