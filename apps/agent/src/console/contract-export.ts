import { z } from 'zod';
import { parameterValues } from './contract-stream.js';

export const EXPORT_FORMATS = ['csv', 'tsv', 'json', 'jsonl', 'excel', 'parquet', 'sql', 'markdown'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * `POST /api/export`: the whole result of one statement as a file; it takes `export`. The answer names where to get it, once, by
 * GET and within a minute; the statement runs then, in the tab's session, and the file is written as its rows come.
 */
export const exportRequest = z.object({
  connection: z.string().min(1).max(200),
  tab: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  sql: z.string(),
  parameters: parameterValues.optional(),
  format: z.enum(EXPORT_FORMATS),
  /** Name of the file, without its ending. */
  name: z.string().min(1).max(100).default('result'),
  /** For `sql`: the table that rows go into, quoted where it needs to be. */
  table: z.string().min(1).max(300).default('result'),
});
export type ExportRequest = z.input<typeof exportRequest>;

export const exportTicket = z.object({ id: z.string(), url: z.string() });

/** `GET /api/export/:id/progress`. */
export const exportProgress = z.object({
  state: z.enum(['waiting', 'running', 'done', 'cancelled', 'failed']),
  rows: z.number(),
  /** Of the rows as the database sent them. */
  bytes: z.number(),
  /** Why it failed. */
  message: z.string().nullable(),
  transaction: z.enum(['idle', 'open', 'failed']).nullable(),
});
export type ExportProgress = z.infer<typeof exportProgress>;
