import { z } from 'zod';

/**
 * The console's WebSocket, `/api/stream`: one for each window, with any number of tabs over it. Control messages are JSON; rows are
 * binary: 4 bytes with the run's id, 4 with the statement's number (both big-endian), then bytes of PostgreSQL's DataRow
 * messages as the server sent them. A frame may begin and end within a row.
 */
export const ROWS_HEADER_BYTES = 8;

/** Bytes of rows that may be on their way to a window unacknowledged, for each run; then the database waits. */
export const STREAM_WINDOW_BYTES = 2 * 1024 * 1024;

/** A window acknowledges once it has taken so many: most results are smaller and need no word. */
export const STREAM_ACK_BYTES = STREAM_WINDOW_BYTES / 8;

/** Spelled out here: this file is part of the browser's bundle and knows only zod. */
const tab = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
const runId = z.number().int().min(1).max(0xffff_ffff);

/** What `$1` and those behind it stand for, as PostgreSQL reads such values; null is NULL. Bound, never put into the text. */
export const parameterValues = z.array(z.string().nullable()).max(1_000);

export const streamRun = z.object({
  type: z.literal('run'),
  /** Chosen by the window; not used twice. */
  id: runId,
  connection: z.string().min(1).max(200),
  tab,
  sql: z.string(),
  parameters: parameterValues.optional(),
  /** Most rows of each result. Above the connection's cap it takes `export`; absent: all that one may have. */
  maxRows: z.number().int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** Statements that change something open a transaction that stays open, where none is. */
  manualCommit: z.boolean().optional(),
  /** Rows that each statement must touch. With another number all of them are rolled back, and `error.conflict` says so. */
  expectRows: z.array(z.number().int().min(0)).max(10_000).optional(),
});
export type StreamRun = z.infer<typeof streamRun>;

/** What a window says. */
export const streamRequest = z.discriminatedUnion('type', [
  streamRun,
  /** So many bytes of rows (headers not counted) were taken. */
  z.object({ type: z.literal('ack'), id: runId, bytes: z.number().int().min(1) }),
  z.object({ type: z.literal('cancel'), id: runId }),
]);
export type StreamRequest = z.infer<typeof streamRequest>;

export const streamColumn = z.object({
  name: z.string(),
  type: z.string(),
  /** Where it is a column of a table: the table's OID and the column's number in it. */
  table: z.number().optional(),
  attribute: z.number().optional(),
});
export type StreamColumn = z.infer<typeof streamColumn>;

const ofStatement = { id: runId, statement: z.number() };

const streamNotice = z.object({ severity: z.string(), message: z.string() });

/** What the agent says. `end` or `refused` is the last of a run. `E`: the error, as in every console answer. */
export const streamAnswerWith = <E extends z.ZodType>(error: E) =>
  z.discriminatedUnion('type', [
    z.object({
      type: z.literal('begun'),
      ...ofStatement,
      kind: z.string(),
      /** Where the statement stands in the text (UTF-16 code units, from 0). */
      start: z.number(),
      end: z.number(),
    }),
    z.object({ type: z.literal('columns'), ...ofStatement, columns: z.array(streamColumn) }),
    z.object({ type: z.literal('notice'), ...ofStatement, notice: streamNotice }),
    z.object({
      type: z.literal('complete'),
      ...ofStatement,
      /** Command tag as the server said it: `SELECT 10`. */
      command: z.string(),
      /** Again, with names of types that were not known when the rows began. */
      columns: z.array(streamColumn),
      rowCount: z.number().nullable(),
      /** There are more rows than were sent. */
      truncated: z.boolean(),
      durationMs: z.number(),
      /** From sending the statement to the first row; null without rows. */
      firstRowMs: z.number().nullable(),
      /** Part of `durationMs` in which the database waited for the window to take rows. */
      waitedMs: z.number(),
    }),
    z.object({
      type: z.literal('end'),
      id: runId,
      auditId: z.string(),
      /** Where it stopped, when it did; what ran before was sent. */
      error: error.nullable(),
      transaction: z.enum(['idle', 'open', 'failed']),
      /** Where it ran: the session's own words after it. Absent: it could not be told. */
      place: z.object({ database: z.string(), role: z.string(), searchPath: z.string() }).optional(),
    }),
    /** It did not get as far as the database. `status` is what HTTP would answer with. */
    z.object({ type: z.literal('refused'), id: runId, status: z.number(), error }),
  ]);
