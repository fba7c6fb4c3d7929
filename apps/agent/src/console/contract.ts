import { PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';
import { parameterValues, streamAnswerWith } from './contract-stream.js';

export * from './contract-export.js';
export * from './contract-stream.js';
export * from './contract-table.js';

/** The console's HTTP API: what the agent serves to its own single-page app, on the same origin, cookie session. */
const permissions = z.array(z.enum(PERMISSIONS));

/** `GET /api/me`: 200, or 401 `auth.required` / `auth.session_expired` (then go to `/auth/login`). */
export const meResponse = z.object({
  user: z.object({ id: z.string(), email: z.string(), name: z.string() }),
  orgName: z.string(),
  environmentName: z.string(),
  agent: z.object({ name: z.string(), version: z.string() }),
  policy: z.object({
    version: z.number(),
    enforcedAt: z.string().nullable(),
    state: z.enum(['ok', 'none', 'lease_expired', 'revoked']),
    /** False while the control plane cannot be reached: the agent goes on alone. */
    controlPlaneReachable: z.boolean(),
  }),
  sessionExpiresAt: z.string(),
});
export type MeResponse = z.infer<typeof meResponse>;

/** `GET /api/connections`: only those on which this person has a permission. */
export const connectionsResponse = z.object({
  connections: z.array(
    z.object({
      slug: z.string(),
      name: z.string(),
      label: z.string(),
      permissions,
      rowCap: z.number(),
      readOnly: z.boolean(),
      health: z.enum(['ok', 'down', 'unknown']),
      /** Milliseconds that the database took to answer the agent when it last looked, each minute or so. */
      latencyMs: z.number().optional(),
    }),
  ),
});
export type ConnectionsResponse = z.infer<typeof connectionsResponse>;

/** `POST /api/run`. `tab` names a console tab: a database session of its own, kept between runs. */
export const runRequest = z.object({
  connection: z.string().min(1).max(200),
  tab: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
  sql: z.string(),
  parameters: parameterValues.optional(),
});
export type RunRequest = z.infer<typeof runRequest>;

export const resultColumn = z.object({ name: z.string(), type: z.string() });
export const statementResult = z.object({
  /** From 1. */
  statement: z.number(),
  /** Command tag as the server said it: `SELECT 10`. */
  command: z.string(),
  columns: z.array(resultColumn),
  /** Values as PostgreSQL prints them; null is NULL, never ''. */
  rows: z.array(z.array(z.string().nullable())),
  /** Rows returned or changed; null when the command counts none. */
  rowCount: z.number().nullable(),
  /** True when the row cap cut the result (more needs `export`). */
  truncated: z.boolean(),
  durationMs: z.number(),
  notices: z.array(z.object({ severity: z.string(), message: z.string() })),
});
export type StatementResult = z.infer<typeof statementResult>;

/** Error body of every console endpoint. */
export const consoleError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fix: z.string().optional(),
    /** Id of the audit event, where there is one. */
    auditId: z.string().optional(),
    /** Offset in the SQL text (UTF-16 code units, from 0). */
    position: z.number().optional(),
    /** For `sql.denied` and `sql.refused`. */
    connection: z.string().optional(),
    missing: permissions.optional(),
    held: permissions.optional(),
    reasons: z
      .array(
        z.object({
          statement: z.number(),
          permission: z.string().nullable(),
          text: z.string(),
          position: z.number().optional(),
        }),
      )
      .optional(),
    /** For `sql.failed`: what PostgreSQL said. */
    sqlstate: z.string().optional(),
    detail: z.string().optional(),
    hint: z.string().optional(),
    statement: z.number().optional(),
    /** A statement touched another number of rows than was expected of it, so all of them were rolled back. */
    conflict: z.object({ expected: z.number(), actual: z.number() }).optional(),
  }),
});
export type ConsoleError = z.infer<typeof consoleError>;

/** What the agent says over `/api/stream`. */
export const streamAnswer = streamAnswerWith(consoleError.shape.error);
export type StreamAnswer = z.infer<typeof streamAnswer>;

export const transactionState = z.enum(['idle', 'open', 'failed']);

/**
 * 200 also when a statement failed in the database: `error` then says which, and `results` holds what ran before it.
 * Refused before the database (`sql.denied`, `sql.refused`): 403. Unparseable, empty: 422. Unknown or hidden connection: 404
 * `connection.not_found`. Database not reachable: 503 `connection.unavailable`. No durable audit: 503 `audit.unavailable`.
 */
export const runResponse = z.object({
  auditId: z.string(),
  results: z.array(statementResult),
  error: consoleError.shape.error.nullable(),
  transaction: transactionState,
});
export type RunResponse = z.infer<typeof runResponse>;

/** `POST /api/check`: what the text would need, without running or recording it; with whatever values. */
export const checkRequest = runRequest.omit({ parameters: true });

export const checkResponse = z.object({
  allowed: z.boolean(),
  required: permissions,
  missing: permissions,
  reasons: consoleError.shape.error.shape.reasons.unwrap(),
  error: z.object({ code: z.string(), message: z.string(), position: z.number().optional() }).nullable(),
  statements: z.array(z.object({ index: z.number(), kind: z.string(), start: z.number(), end: z.number() })),
});
export type CheckResponse = z.infer<typeof checkResponse>;

/** `POST /api/cancel` `{tab}`: cancels what runs in the tab; `POST /api/close` `{tab}`: ends its session. Both 204. */
export const tabRequest = z.object({ tab: runRequest.shape.tab });
export type TabRequest = z.infer<typeof tabRequest>;
