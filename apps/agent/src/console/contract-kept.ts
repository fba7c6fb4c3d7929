import { PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';

/** What the control plane keeps for people at the console. While it is away these answer 503 `connection.unavailable`; all else goes on. */

/** `GET /api/administrators`: who may change the rules. */
export const administratorsAnswer = z.object({
  administrators: z.array(z.object({ name: z.string(), email: z.string() })),
});
export type Administrators = z.infer<typeof administratorsAnswer>;

/** `POST /api/access-requests`. The same again, while it waits, is the same request. */
export const askForAccessRequest = z.object({
  connection: z.string().min(1).max(200),
  permissions: z.array(z.enum(PERMISSIONS)).min(1),
  reason: z.string().max(2_000),
  auditId: z.uuid().optional(),
});
export const askForAccessAnswer = z.object({ id: z.string(), isNew: z.boolean() });

/** `GET /api/saved`: one's own queries, and what others share in this environment. */
export const savedAnswer = z.object({
  queries: z.array(
    z.object({
      id: z.string(),
      folder: z.string(),
      name: z.string(),
      connection: z.string().nullable(),
      sql: z.string(),
      isShared: z.boolean(),
      isOwn: z.boolean(),
      owner: z.string(),
      updatedAt: z.string(),
    }),
  ),
});
export type SavedQuery = z.infer<typeof savedAnswer>['queries'][number];

/** `POST /api/saved`: a new one, or with `id` one's own anew. */
export const saveRequest = z.object({
  id: z.uuid().optional(),
  folder: z.string().max(200),
  name: z.string().trim().min(1).max(100),
  connection: z.string().max(200).nullable(),
  sql: z.string().max(100_000),
  isShared: z.boolean(),
});
export const saveAnswer = z.object({ id: z.string() });

/** `POST /api/saved/delete`: one's own. 204. */
export const deleteSavedRequest = z.object({ id: z.uuid() });
