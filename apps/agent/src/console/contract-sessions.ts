import { z } from 'zod';

/**
 * `GET /api/sessions?connection=`: sessions of the database now. One's own; with `admin` everybody's, which is recorded. Of others'
 * sessions that block one's own, without `admin` only the number is told.
 */
export const sessionsResponse = z.object({
  /** Whether everybody's are shown. */
  isEverybody: z.boolean(),
  sessions: z.array(
    z.object({
      pid: z.number(),
      isOwn: z.boolean(),
      /** Who, as Postern names the session; null: it did not come through Postern. */
      person: z.string().nullable(),
      application: z.string(),
      user: z.string(),
      client: z.string().nullable(),
      state: z.string().nullable(),
      wait: z.string().nullable(),
      query: z.string(),
      startedAt: z.string().nullable(),
      queryMs: z.number().nullable(),
      transactionMs: z.number().nullable(),
      blockedBy: z.array(z.number()),
      locks: z.array(z.object({ mode: z.string(), target: z.string(), isGranted: z.boolean() })),
    }),
  ),
});
export type SessionsResponse = z.infer<typeof sessionsResponse>;
export type DatabaseSession = SessionsResponse['sessions'][number];

/**
 * `POST /api/sessions/stop`: cancels the statement of a session of one's own. 404 `object.not_found` when it is not one's own or not
 * there. Those of others, and ending one: run `pg_cancel_backend` or `pg_terminate_backend`, which is governed as any statement.
 */
export const stopSessionRequest = z.object({
  connection: z.string().min(1).max(200),
  pid: z.number().int().positive(),
});
