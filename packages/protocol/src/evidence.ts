import { z } from 'zod';

const name = z.string().max(200);

/** How well one of the database's own sources could be read, and what to do where it could not. */
const evidenceSource = z.object({
  name: z.string().max(50),
  status: z.enum(['read', 'partial', 'unreadable']),
  detail: z.string().max(300).optional(),
});

/** A session of a login that the agent uses, without the agent's mark in its `application_name`. */
const foreignSession = z.object({
  login: name,
  application: name,
  client: name,
  startedAt: z.string(),
});

/** How often a login ran a statement since the look before, top level only. Texts are never sent. */
const countedStatement = z.object({
  login: name,
  /** core's fingerprint: the same for texts that differ in their literals only. */
  fingerprint: z.string().max(50),
  kind: z.string().max(50),
  relations: z.array(z.string().max(200)).max(20),
  calls: z.number().int().positive(),
});

/** What one database said of itself at `at`, about the time since `since`. */
export const connectionEvidence = z.object({
  slug: z.string().max(100),
  /** RFC 3339 instants. */
  since: z.iso.datetime(),
  at: z.iso.datetime(),
  /** The login of the agent's own sessions. */
  login: name,
  sources: z.array(evidenceSource).max(10),
  sessions: z.array(foreignSession).max(200),
  statements: z.array(countedStatement).max(500),
  /** Logins that are not the agent's, and how many statements each ran. */
  others: z.array(z.object({ login: name, calls: z.number().int().nonnegative() })).max(200),
  /** Something was left out because there was too much of it. */
  cut: z.boolean(),
});
export type ConnectionEvidence = z.infer<typeof connectionEvidence>;

/** `POST /agent/v1/evidence`, every few minutes. An api that does not know it answers 404: then it is not sent again. */
export const evidenceRequest = z.object({ connections: z.array(connectionEvidence).min(1).max(100) });
export type EvidenceRequest = z.infer<typeof evidenceRequest>;

/** 200. */
export const evidenceResponse = z.object({ stored: z.number().int().nonnegative() });
