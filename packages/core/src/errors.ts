/**
 * The closed set of error codes that Postern shows to people and integrations. A code is stable: clients
 * branch on it. The text beside it may be reworded. Each edge (GraphQL, HTTP, console) translates a code once.
 */
export const ERROR_CODES = [
  // input
  'input.invalid',
  'input.unknown_field',
  // identity
  'auth.required',
  'auth.bad_credentials',
  'auth.session_expired',
  'auth.forbidden',
  'auth.rate_limited',
  'auth.invite_invalid',
  'auth.email_taken',
  'auth.code_invalid',
  'auth.redirect_not_allowed',
  // tenancy
  'org.not_found',
  'org.slug_taken',
  'org.last_owner',
  'member.not_found',
  'member.already_member',
  // policy
  'environment.not_found',
  'environment.slug_taken',
  'environment.in_use',
  'group.not_found',
  'group.slug_taken',
  'group.in_use',
  'connection.not_found',
  'connection.slug_taken',
  'connection.in_use',
  'connection.unavailable',
  'rule.not_found',
  'rule.stale',
  'rule.unknown_connection',
  'rule.unknown_group',
  'rule.unknown_user',
  'rule.unknown_permission',
  'rule.malformed_member',
  'rule.empty',
  'database_password.not_found',
  'integration.not_found',
  'integration.name_taken',
  // reconciling native roles
  'role_manifest.invalid',
  'role_manifest.not_found',
  'role_plan.not_found',
  'role_plan.refused',
  'drift.not_found',
  'failed_work.not_found',
  'failed_work.refused',
  // agents and their protocol
  'agent.not_found',
  'agent.revoked',
  'agent.token_invalid',
  'agent.unauthenticated',
  'agent.unsupported_version',
  'agent.not_enrolled',
  'policy.none',
  'policy.bad_signature',
  'policy.wrong_environment',
  'policy.older_version',
  'policy.malformed',
  'policy.lease_expired',
  'audit.gap',
  'audit.broken_chain',
  'audit.not_found',
  'audit.unavailable',
  'audit.full',
  'audit.busy',
  // reports
  'access_review.not_found',
  'access_review.closed',
  'report.not_found',
  'report.not_ready',
  'report.too_many',
  'report_schedule.not_found',
  'report_schedule.name_taken',
  'audit.too_broad',
  'saved_search.not_found',
  'saved_search.name_taken',
  // the console
  'object.not_found',
  'saved_query.not_found',
  'saved_query.name_taken',
  'access_request.not_found',
  'access_request.closed',
  // SQL
  'sql.empty',
  'sql.syntax',
  'sql.too_large',
  'sql.too_complex',
  'sql.invalid_text',
  'sql.denied',
  'sql.refused',
  'sql.failed',
  'sql.cancelled',
  // last resort: something of ours broke; details are in the log only
  'internal',
] as const;

/** One of {@link ERROR_CODES}. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/** What a {@link PosternError} may carry besides its code and text. */
export interface ErrorDetail {
  /** Path of the input field at fault, dotted: `members.1`. */
  readonly field?: string;
  /** What to do about it, one sentence, lower case, no final period. */
  readonly fix?: string;
  /** More facts that are safe to show (never secrets, never another tenant's data). */
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

/**
 * An error that may be shown to whoever caused it. The text is lower case, has no final period, puts user input in
 * backticks and leaks nothing internal. Anything that is not a `PosternError` is answered as `internal`.
 */
export class PosternError extends Error {
  override readonly name = 'PosternError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly detail: ErrorDetail = {},
  ) {
    super(message);
  }
}

/** Makes a switch exhaustive: the compiler refuses a case that was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
