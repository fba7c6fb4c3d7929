import { PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';

/**
 * What the control plane keeps for people at an agent's console. The agent says who asks: it has verified them at their sign-in, and
 * the control plane answers only about members of its organisation and about its environment, but for what is shared with all of them.
 */
const person = z.object({ personId: z.string().min(1).max(100) });

/** `POST /agent/v1/administrators`: who may change the rules. An api that does not know it answers 404. */
export const administratorsRequest = person;
export const administratorsResponse = z.object({
  administrators: z.array(z.object({ name: z.string(), email: z.string() })),
});
export type AdministratorsResponse = z.infer<typeof administratorsResponse>;

/** `POST /agent/v1/access-requests`: the person asks for permissions. The same one again, while it waits, is the same request. */
export const accessRequestRequest = person.extend({
  connection: z.string().min(1).max(200),
  permissions: z.array(z.enum(PERMISSIONS)).min(1),
  /** In the person's words; may be empty. */
  reason: z.string().max(2_000),
  /** Of the refusal that led to it. */
  auditId: z.uuid().optional(),
});
export type AccessRequestRequest = z.infer<typeof accessRequestRequest>;
export const accessRequestResponse = z.object({ id: z.string(), isNew: z.boolean() });
export type AccessRequestResponse = z.infer<typeof accessRequestResponse>;

export const savedQuery = z.object({
  id: z.string(),
  /** Path with slashes; empty: no folder. */
  folder: z.string(),
  name: z.string(),
  connection: z.string().nullable(),
  sql: z.string(),
  isShared: z.boolean(),
  isOwn: z.boolean(),
  owner: z.string(),
  /** RFC 3339 instant. */
  updatedAt: z.string(),
});
export type SavedQuery = z.infer<typeof savedQuery>;

/** `POST /agent/v1/saved-queries`: the person's own of this environment, and what is shared with the organisation. */
export const savedQueriesRequest = person;
export const savedQueriesResponse = z.object({ queries: z.array(savedQuery) });
export type SavedQueriesResponse = z.infer<typeof savedQueriesResponse>;

/** `POST /agent/v1/saved-queries/save`: a new one, or with `id` one of the person's own anew. */
export const saveQueryRequest = person.extend({
  id: z.uuid().optional(),
  folder: z.string().max(200),
  name: z.string().trim().min(1).max(100),
  connection: z.string().max(200).nullable(),
  sql: z.string().max(100_000),
  isShared: z.boolean(),
});
export type SaveQueryRequest = z.infer<typeof saveQueryRequest>;
export const saveQueryResponse = z.object({ id: z.string() });

/** `POST /agent/v1/saved-queries/delete`: one of the person's own. */
export const deleteQueryRequest = person.extend({ id: z.uuid() });
export const deleteQueryResponse = z.object({});

/** Place in a history, newest first. */
const place = z.object({
  /** RFC 3339 instant with milliseconds, UTC. */
  at: z.iso.datetime(),
  id: z.uuid(),
});

export const pastStatement = z.object({
  /** Of its audit event. */
  id: z.string(),
  /** RFC 3339 instant. */
  at: z.string(),
  connection: z.string().nullable(),
  /** As the audit trail has it: without what was redacted; empty where no text is kept. */
  sql: z.string(),
  kinds: z.array(z.string()),
  /** The middle of the text was left out. */
  isShortened: z.boolean(),
  /** Something was taken out of the text. */
  isRedacted: z.boolean(),
  decision: z.enum(['allowed', 'denied']),
  /** Why it was refused. */
  reason: z.string().nullable(),
  /** Null: not known, or not yet; always so for what was refused. */
  outcome: z
    .object({
      status: z.enum(['succeeded', 'failed', 'cancelled']),
      rows: z.number().nullable(),
      durationMs: z.number(),
      sqlstate: z.string().nullable(),
    })
    .nullable(),
});
export type PastStatement = z.infer<typeof pastStatement>;

/** `POST /agent/v1/history`: what the person ran at consoles of this environment, newest first. An api that does not know it answers 404. */
export const historyRequest = person.extend({
  /** Each must be in the text, the reason or the connection's name; upper and lower case are alike. */
  words: z.array(z.string().min(1).max(200)).max(10),
  /** Only what comes after this in the list: a `next`. */
  after: place.optional(),
});
export type HistoryRequest = z.infer<typeof historyRequest>;
export const historyResponse = z.object({ statements: z.array(pastStatement), next: place.nullable() });
export type HistoryResponse = z.infer<typeof historyResponse>;
