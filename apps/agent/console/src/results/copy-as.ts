import type { StreamColumn } from '@postern/agent/console-contract';
import { csv, json, markdown, type Row, type RowWriter, sqlInserts, tsv } from '@postern/core/results';

export const COPY_FORMATS = {
  tsv: 'TSV with names',
  csv: 'CSV',
  json: 'JSON',
  markdown: 'Markdown',
  sql: 'INSERT statements',
} as const;
export type CopyFormat = keyof typeof COPY_FORMATS;

const writerOf = (format: CopyFormat): RowWriter => {
  switch (format) {
    case 'tsv':
      return tsv();
    case 'csv':
      return csv();
    case 'json':
      return json();
    case 'markdown':
      return markdown();
    case 'sql':
      return sqlInserts('result');
  }
};

/** Cells in a format that keeps their names; the same writers as the agent's exports. */
export function copyAs(format: CopyFormat, columns: readonly StreamColumn[], rows: Iterable<Row>): string {
  const writer = writerOf(format);
  const parts = [writer.begin(columns)];
  for (const row of rows) parts.push(writer.row(row));
  return [...parts, writer.end()].join('');
}
