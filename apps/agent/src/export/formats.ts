import type { Writable } from 'node:stream';
import { csv, json, jsonLines, markdown, type RowWriter, sqlInserts, tsv } from '@postern/core/results';
import type { ExportFormat } from '../console/contract.js';
import { excelSheet, excelWorkbook } from './excel-writer.js';
import { ParquetRows } from './parquet-writer.js';

interface Format {
  readonly extension: string;
  readonly contentType: string;
  /** `table`: name for SQL, quoted where it needs to be. */
  writer(table: string): RowWriter;
  /** What stands around the bytes of the writer. */
  around?(out: Writable): Writable;
}

export const FORMATS: Readonly<Record<ExportFormat, Format>> = {
  csv: { extension: 'csv', contentType: 'text/csv; charset=utf-8', writer: csv },
  tsv: { extension: 'tsv', contentType: 'text/tab-separated-values; charset=utf-8', writer: tsv },
  json: { extension: 'json', contentType: 'application/json', writer: json },
  jsonl: { extension: 'jsonl', contentType: 'application/x-ndjson', writer: jsonLines },
  excel: {
    extension: 'xlsx',
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    writer: excelSheet,
    around: excelWorkbook,
  },
  parquet: {
    extension: 'parquet',
    contentType: 'application/vnd.apache.parquet',
    writer: () => new ParquetRows(),
  },
  sql: { extension: 'sql', contentType: 'application/sql; charset=utf-8', writer: sqlInserts },
  markdown: { extension: 'md', contentType: 'text/markdown; charset=utf-8', writer: markdown },
};
