import { z } from 'zod';
import { PERMISSIONS } from '../policy/permission.js';
import { touchedItem } from '../roles/access-item.js';

/**
 * What can happen that Postern keeps. A statement is two events: its decision, recorded durably before it runs
 * (`statement.decided`), and its end (`statement.finished`, with `intentId`). A decision without an end is shown as
 * "outcome unknown". Everything else is an administrative change or a fact about an agent.
 */
export const AUDIT_KINDS = [
  'statement.decided',
  'statement.finished',
  'guard.diverged',
  'console.signed_in',
  'wire.session_opened',
  'wire.session_closed',
  'wire.sign_in_failed',
  'policy.enforced',
  'policy.refused',
  'agent.started',
  'agent.enrolled',
  'agent.revoked',
  'agent.request_refused',
  'audit.refused',
  'audit.gap_recorded',
  'audit.expired',
  'enrolment_token.created',
  'org.created',
  'org.updated',
  'user.signed_in',
  'user.sign_in_failed',
  'access.refused',
  'member.invited',
  'member.joined',
  'member.updated',
  'member.removed',
  'environment.created',
  'environment.updated',
  'environment.deleted',
  'group.created',
  'group.updated',
  'group.deleted',
  'connection.created',
  'connection.updated',
  'connection.deleted',
  'rule.created',
  'rule.updated',
  'rule.deleted',
  'policy.published',
  'database_password.created',
  'database_password.revoked',
  'integration.created',
  'integration.updated',
  'integration.deleted',
  'integration.disabled',
  'integration.secret_rotated',
  'integration.tested',
  'integration.redriven',
  'access_review.created',
  'access_review.decided',
  'access_review.reopened',
  'access_review.reminded',
  'access_review.closed',
  'roles.apply_started',
  'roles.apply_finished',
  'role_settings.updated',
  'role_manifest.saved',
  'role_plan.requested',
  'role_plan.made',
  'role_plan.approved',
  'role_plan.rejected',
  'role_plan.cancel_asked',
  'role_plan.closed',
  'role_plan.applied',
  'role_plan.commented',
  'drift.found',
  'drift.resolved',
  'drift.ignored',
  'report.requested',
  'report.finished',
  'report.failed',
  'report.downloaded',
  'report.deleted',
  'report.delivered',
  'report_schedule.created',
  'report_schedule.updated',
  'report_schedule.deleted',
  'audit.export_started',
  'audit.export_finished',
  'saved_search.created',
  'saved_search.updated',
  'saved_search.deleted',
  'console.sessions_viewed',
  'console.session_stopped',
  'saved_query.saved',
  'saved_query.deleted',
  'access_request.created',
  'access_request.closed',
] as const;
export type AuditKind = (typeof AUDIT_KINDS)[number];

const permissionList = z.array(z.enum(PERMISSIONS));

/** Longest statement text kept where nothing else is configured, in UTF-8 bytes; of longer ones beginning and end are. */
export const STATEMENT_TEXT_CAP = 16_384;

/** Most relations named in one event. */
export const RELATIONS_MAX = 100;

/** Most changes of access named in one event. */
export const TOUCHES_MAX = 100;

export const auditActor = z.object({
  type: z.enum(['user', 'agent', 'system', 'anonymous']),
  /** Id of the user or agent; empty for system and anonymous. */
  id: z.string(),
  /** What a person recognises: e-mail address or agent name. */
  label: z.string(),
});
export type AuditActor = z.infer<typeof auditActor>;

/** A value bound to a statement, as text. */
export const auditValue = z.object({
  /** Null: the SQL null. `***`: it was a secret, or might have been. */
  text: z.string().nullable(),
  /** Of a long one, of which `text` is the beginning: its bytes as they came, … */
  bytes: z.number().int().nonnegative().optional(),
  /** … and their hex SHA-256. */
  sha256: z.string().optional(),
});
export type AuditValue = z.infer<typeof auditValue>;

export const auditStatement = z.object({
  /** Without what was redacted; empty where no text is kept. */
  text: z.string(),
  /** UTF-8 bytes of the whole text, as it is without what was redacted. */
  bytes: z.number().int().nonnegative(),
  /** Hex SHA-256 of the same. */
  sha256: z.string(),
  /** The middle of the text is left out; a mark in it says how many bytes. */
  truncated: z.boolean(),
  /** Statement kinds in order: `SELECT`, `DELETE`. Empty when the text could not be parsed. */
  kinds: z.array(z.string()),
  /** What of access the statement changes, the first {@link TOUCHES_MAX}; absent: nothing, or it cannot be told. */
  touches: z.array(touchedItem).exactOptional(),
  /** How many parameters were bound to it; absent where it has none of its own (console, simple protocol). */
  parameters: z.number().int().nonnegative().optional(),
  /** Their types in order: `int4`; of the first hundred. `unknown`: it was refused before anybody said. */
  parameterTypes: z.array(z.string()).optional(),
  /** Their values in order, of the first hundred; only where the connection's settings in its agent say so. */
  parameterValues: z.array(auditValue).optional(),
  /** What was taken out before anything was written; absent: nothing. `text`: all of it. */
  redacted: z.array(z.enum(['secrets', 'columns', 'literals', 'text'])).optional(),
  /** The same for statements that differ in their literals only: `18:50fde20626009aba`. Kept where literals are not. */
  fingerprint: z.string().optional(),
});
export type AuditStatement = z.infer<typeof auditStatement>;

export const auditOutcome = z.object({
  status: z.enum(['succeeded', 'failed', 'cancelled']),
  /** Rows returned or changed, null when unknown. */
  rows: z.number().int().nonnegative().nullable(),
  durationMs: z.number().nonnegative(),
  /** Bytes of rows and COPY data that went to the client or came from it, as on the wire; absent where they are not counted. */
  bytes: z.number().int().nonnegative().optional(),
  /** SQLSTATE of a failure. */
  sqlstate: z.string().nullable(),
});
export type AuditOutcome = z.infer<typeof auditOutcome>;

/** What is known of the program at the other end of a connection. */
export const auditClient = z.object({
  /** IP address and port. */
  address: z.string(),
  /** What it calls itself (`application_name`): a claim. */
  application: z.string().optional(),
  /** TLS version, `TLSv1.3`; absent: not encrypted. */
  tls: z.string().optional(),
});
export type AuditClient = z.infer<typeof auditClient>;

/** The one audit event. Optional parts are absent (not null) when they do not apply. */
export const auditEvent = z.object({
  /** UUIDv7. */
  id: z.uuid(),
  /** RFC 3339 instant with milliseconds, UTC. */
  at: z.iso.datetime(),
  kind: z.enum(AUDIT_KINDS),
  actor: auditActor,
  /** `allowed` or `denied` where something was decided. */
  decision: z.enum(['allowed', 'denied']).optional(),
  connection: z.object({ id: z.string(), slug: z.string() }).optional(),
  /** Where it came in. */
  path: z.enum(['console', 'wire', 'mcp', 'cli', 'web', 'api']).optional(),
  statement: auditStatement.optional(),
  /** Tables and views that the text names, as written; the first {@link RELATIONS_MAX}. */
  relations: z.array(z.string()).optional(),
  required: permissionList.optional(),
  held: permissionList.optional(),
  missing: permissionList.optional(),
  /** Ids of the rules that gave the permissions used. */
  ruleIds: z.array(z.string()).optional(),
  /** Sentences a person reads: why it was refused, what changed. */
  reason: z.string().optional(),
  /** `statement.finished`: id of its `statement.decided`. */
  intentId: z.uuid().optional(),
  outcome: auditOutcome.optional(),
  /** Administrative changes: what was changed … */
  target: z.object({ type: z.string(), id: z.string(), label: z.string() }).optional(),
  /** … and how. Secrets never. */
  before: z.record(z.string(), z.unknown()).optional(),
  after: z.record(z.string(), z.unknown()).optional(),
  /** Version of the policy that decided, or that was published or enforced. */
  policyVersion: z.number().int().optional(),
  sessionId: z.string().optional(),
  client: auditClient.optional(),
});
export type AuditEvent = z.infer<typeof auditEvent>;
