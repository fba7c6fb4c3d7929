import { assertNever, type ErrorCode, PosternError } from '@postern/core/errors';
import type { FastifyError } from 'fastify';
import { RunRefused } from '../session/outcome.js';
import type { ConsoleError } from './contract.js';

/** The one place where a code becomes a status. Codes that only the control plane gives are the agent's own fault here. */
export function statusOf(code: ErrorCode): number {
  switch (code) {
    case 'input.invalid':
    case 'input.unknown_field':
    case 'auth.code_invalid':
      return 400;
    case 'auth.required':
    case 'auth.session_expired':
      return 401;
    case 'auth.forbidden':
    case 'auth.redirect_not_allowed':
    case 'sql.denied':
    case 'sql.refused':
    case 'policy.none':
    case 'policy.lease_expired':
    case 'agent.revoked':
      return 403;
    case 'connection.not_found':
    case 'object.not_found':
    case 'saved_query.not_found':
      return 404;
    case 'saved_query.name_taken':
    case 'access_request.closed':
      return 409;
    case 'sql.too_large':
      return 413;
    case 'sql.empty':
    case 'sql.syntax':
    case 'sql.too_complex':
    case 'sql.invalid_text':
      return 422;
    case 'auth.rate_limited':
      return 429;
    case 'connection.unavailable':
    case 'audit.unavailable':
    case 'audit.full':
    case 'agent.not_enrolled':
      return 503;
    case 'sql.failed':
    case 'sql.cancelled':
      return 200;
    case 'auth.bad_credentials':
    case 'auth.invite_invalid':
    case 'auth.email_taken':
    case 'org.not_found':
    case 'org.slug_taken':
    case 'org.last_owner':
    case 'member.not_found':
    case 'member.already_member':
    case 'environment.not_found':
    case 'environment.slug_taken':
    case 'environment.in_use':
    case 'group.not_found':
    case 'group.slug_taken':
    case 'group.in_use':
    case 'connection.slug_taken':
    case 'connection.in_use':
    case 'rule.not_found':
    case 'rule.stale':
    case 'rule.unknown_connection':
    case 'rule.unknown_group':
    case 'rule.unknown_user':
    case 'rule.unknown_permission':
    case 'rule.malformed_member':
    case 'rule.empty':
    case 'agent.not_found':
    case 'agent.token_invalid':
    case 'agent.unauthenticated':
    case 'agent.unsupported_version':
    case 'policy.bad_signature':
    case 'policy.wrong_environment':
    case 'policy.older_version':
    case 'policy.malformed':
    case 'audit.gap':
    case 'audit.broken_chain':
    case 'audit.not_found':
    case 'database_password.not_found':
    case 'integration.not_found':
    case 'integration.name_taken':
    case 'access_request.not_found':
    case 'access_review.not_found':
    case 'access_review.closed':
    case 'role_manifest.invalid':
    case 'role_manifest.not_found':
    case 'role_plan.not_found':
    case 'role_plan.refused':
    case 'drift.not_found':
    case 'failed_work.not_found':
    case 'failed_work.refused':
    case 'report.not_found':
    case 'report.not_ready':
    case 'report.too_many':
    case 'report_schedule.not_found':
    case 'report_schedule.name_taken':
    case 'saved_search.not_found':
    case 'saved_search.name_taken':
    case 'audit.too_broad':
    case 'audit.busy':
    case 'internal':
      return 500;
    default:
      return assertNever(code);
  }
}

export interface HttpProblem {
  readonly status: number;
  readonly body: ConsoleError;
}

/** Something of ours broke. */
export const OUR_FAULT: HttpProblem = {
  status: 500,
  body: { error: { code: 'internal', message: 'something went wrong in the agent; its log says more' } },
};

/** What Fastify itself refuses, in our words; undefined for anything else. */
function ofFramework(error: Partial<FastifyError>): PosternError | undefined {
  if (error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new PosternError('sql.too_large', 'the text is too large to be run', { fix: 'split it' });
  }
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new PosternError('input.invalid', 'the body is not JSON', { fix: 'send it as application/json' });
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new PosternError('input.invalid', 'the request could not be read', { fix: 'send valid JSON' });
  }
  return undefined;
}

/** The answer for any error. Undefined: something of ours broke, which is logged and told as `internal`. */
export function problemOf(error: unknown): HttpProblem | undefined {
  const known = error instanceof PosternError ? error : ofFramework(error as Partial<FastifyError>);
  if (!known) return undefined;
  const { code, message, detail } = known;
  const { missing, held, reasons, ...denial } = known instanceof RunRefused ? known.denial : {};
  return {
    status: statusOf(code),
    body: {
      error: {
        code,
        message,
        ...(detail.fix === undefined ? {} : { fix: detail.fix }),
        ...denial,
        ...(missing ? { missing: [...missing] } : {}),
        ...(held ? { held: [...held] } : {}),
        ...(reasons ? { reasons: [...reasons] } : {}),
      },
    },
  };
}
