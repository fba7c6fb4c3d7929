import { z } from 'zod';
import { PERMISSIONS } from './permission.js';

/**
 * One IAM rule, in the words of `spec/iam-rules.txt`: a connection (`*` or an id), permissions (names or `*`) and
 * members (`*`, `user:<email>`, `group:<group-id>`). Ids of connections and groups are their slugs: short, chosen by
 * people, unchanging.
 */
export const iamRule = z.object({
  id: z.string().min(1),
  connection: z.string().min(1),
  permissions: z.array(z.enum([...PERMISSIONS, '*'])).min(1),
  members: z.array(z.string().min(1)).min(1),
});
export type IamRule = z.infer<typeof iamRule>;

/** A connection as policy knows it. No password, no URL: those stay in the agent's own configuration. */
export const policyConnection = z.object({
  id: z.string().min(1),
  slug: z.string().min(1),
  name: z.string(),
  /** What to show so that nobody mistakes production for something else: the environment's name. */
  label: z.string().default(''),
  statementTimeoutMs: z.number().int().positive().default(60_000),
  lockTimeoutMs: z.number().int().positive().default(5_000),
  idleInTransactionTimeoutMs: z.number().int().positive().default(300_000),
  /** Most rows that one result sends to a person who lacks `export`. */
  rowCap: z.number().int().positive().default(1_000),
  /**
   * When a statement may run: `strict` once its record is on disk, `batched` while it is being written (at most 50 ms are
   * lost in a crash). Absent, as in older bundles: strict.
   */
  audit: z.enum(['strict', 'batched']).optional(),
  /**
   * Guard masks whose roles are in the database (`guardFor`): sessions log in as the one of their mask, and who has none is
   * refused. Absent, as in older bundles: sessions use the agent's own login.
   */
  guards: z.array(z.number().int().min(0).max(127)).optional(),
});
export type PolicyConnection = z.infer<typeof policyConnection>;

/**
 * What proves a person to the wire protocol: not the password but PostgreSQL's own verifier of it
 * (`SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, base64; RFC 5803 as pg_authid keeps it), and when it ends.
 */
export const databasePassword = z.object({
  verifier: z.string().min(1),
  /** RFC 3339 instant. From then on the password is wrong. */
  expiresAt: z.string().min(1),
});
export type DatabasePassword = z.infer<typeof databasePassword>;

/** A person who may sign in: rules name people by e-mail, the audit trail by id. */
export const principal = z.object({
  id: z.string().min(1),
  email: z.string().min(1),
  name: z.string(),
  /** Absent: this person has no way in through the wire protocol. */
  databasePassword: databasePassword.optional(),
});
export type Principal = z.infer<typeof principal>;

/** A group of people; `slug` is the `<group-id>` of the spec. */
export const policyGroup = z.object({
  slug: z.string().min(1),
  memberIds: z.array(z.string()),
});
export type PolicyGroup = z.infer<typeof policyGroup>;

/** A public key that agents may trust, as a JSON Web Key (RFC 8037: OKP, Ed25519). */
export const publicJwk = z.looseObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  kid: z.string().min(1),
});
export type PublicJwk = z.infer<typeof publicJwk>;

/**
 * Everything one environment's agents need to decide alone. Signed by the control plane (Ed25519 JWS); `version` only
 * grows. Unknown fields are ignored, so an older agent reads a newer bundle.
 */
export const policyBundle = z.object({
  schema: z.literal(1),
  orgId: z.string().min(1),
  orgName: z.string(),
  environmentId: z.string().min(1),
  environmentName: z.string(),
  version: z.number().int().positive(),
  /** RFC 3339 instant. */
  issuedAt: z.string().min(1),
  /** Seconds the agent may go on with this bundle after the control plane last confirmed it; then it denies all. */
  leaseSeconds: z.number().int().positive(),
  connections: z.array(policyConnection),
  principals: z.array(principal),
  groups: z.array(policyGroup),
  rules: z.array(iamRule),
  /** Keys that may sign the next bundle and sign-in tokens (so that keys can be rotated). */
  signingKeys: z.array(publicJwk).min(1),
});
export type PolicyBundle = z.infer<typeof policyBundle>;
