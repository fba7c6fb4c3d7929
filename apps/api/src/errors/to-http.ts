import { type ErrorCode, PosternError } from '@postern/core/errors';
import type { ProtocolError } from '@postern/protocol/error';

const STATUS_BY_CODE: Partial<Record<ErrorCode, number>> = {
  'auth.required': 401,
  'auth.bad_credentials': 401,
  'auth.session_expired': 401,
  'agent.unauthenticated': 401,
  'agent.revoked': 401,
  'agent.token_invalid': 401,
  'agent.not_enrolled': 401,
  'auth.code_invalid': 400,
  'auth.forbidden': 403,
  'auth.redirect_not_allowed': 403,
  'auth.rate_limited': 429,
  'auth.email_taken': 409,
  'org.slug_taken': 409,
  'environment.slug_taken': 409,
  'group.slug_taken': 409,
  'connection.slug_taken': 409,
  'rule.stale': 409,
  'audit.gap': 409,
  'audit.broken_chain': 409,
  'access_review.closed': 409,
  'role_plan.refused': 409,
  'failed_work.refused': 409,
  'report.not_ready': 409,
  'report.too_many': 429,
  'saved_search.name_taken': 409,
  'saved_query.name_taken': 409,
  'access_request.closed': 409,
  'report_schedule.name_taken': 409,
  'integration.name_taken': 409,
  'policy.none': 404,
  'audit.unavailable': 503,
  'audit.busy': 429,
  'connection.unavailable': 503,
  internal: 500,
};

/** The HTTP status of a code; those not listed are the caller's input, or something that is not there. */
export function statusOf(code: ErrorCode): number {
  return STATUS_BY_CODE[code] ?? (code.endsWith('.not_found') ? 404 : 400);
}

/** Status and body of an error on the HTTP edge. Anything but a {@link PosternError} says nothing of its cause. */
export function toHttpAnswer(error: unknown): { status: number; body: ProtocolError } {
  if (error instanceof PosternError) {
    const { field, fix, facts } = error.detail;
    return {
      status: statusOf(error.code),
      body: {
        error: {
          code: error.code,
          message: error.message,
          ...(field === undefined ? {} : { field }),
          ...(fix === undefined ? {} : { fix }),
          ...(facts === undefined ? {} : { facts }),
        },
      },
    };
  }
  const refusal = clientRefusal(error);
  if (refusal)
    return { status: refusal.status, body: { error: { code: 'input.invalid', message: refusal.message } } };
  return {
    status: 500,
    body: { error: { code: 'internal', message: 'something went wrong on our side; it has been logged' } },
  };
}

const CLIENT_TEXT: Record<number, string> = {
  404: 'there is nothing at this address',
  413: 'the request is too large',
  415: 'send the request as `application/json`',
};

/** A 4xx that Fastify or Nest decided on: malformed JSON, no such route, too large. Their own texts stay inside. */
export function clientRefusal(error: unknown): { status: number; message: string } | undefined {
  if (!(error instanceof Error)) return undefined;
  const status = 'statusCode' in error ? error.statusCode : 'status' in error ? error.status : undefined;
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  return { status, message: CLIENT_TEXT[status] ?? 'the request is not valid' };
}
