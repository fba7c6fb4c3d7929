import { PosternError } from '@postern/core/errors';
import type { FastifyBaseLogger } from 'fastify';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { InvalidInput } from './invalid-input.js';
import { clientRefusal } from './to-http.js';

/** What every GraphQL error carries beside its message. */
interface ErrorExtensions {
  code: string;
  [more: string]: unknown;
}

/** The error that was thrown, below the wrappers of GraphQL's executor. */
function causeOf(error: unknown): unknown {
  let cause = error;
  while (cause instanceof GraphQLError && cause.originalError) cause = cause.originalError;
  return cause;
}

/** Faults of the document or its variables, found before anything ran: their text is GraphQL's own and says nothing of us. */
function isRequestError(error: GraphQLError): boolean {
  const cause = causeOf(error);
  return error.path === undefined && cause instanceof GraphQLError && cause.path === undefined;
}

function located(error: GraphQLError, message: string, extensions: ErrorExtensions) {
  return {
    message,
    ...(error.locations === undefined ? {} : { locations: error.locations }),
    ...(error.path === undefined ? {} : { path: error.path }),
    extensions,
  };
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(cause.message, { originalError: cause });
}

/** Mercurius' own refusals: validation, depth, malformed requests. Fastify codes beginning MER_ERR are about the request. */
function isMercuriusRefusal(error: unknown): error is Error & { code: string; errors?: unknown[] } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('MER_ERR');
}

/** What one error looks like outside. */
function render(error: GraphQLError, log: FastifyBaseLogger, requestId: string) {
  const cause = causeOf(error);
  if (cause instanceof PosternError) {
    const { field, fix, facts } = cause.detail;
    return located(error, cause.message, {
      code: cause.code,
      ...(field === undefined ? {} : { field }),
      ...(fix === undefined ? {} : { fix }),
      ...facts,
      ...(cause instanceof InvalidInput ? { problems: cause.problems } : {}),
    });
  }
  if (isRequestError(error) || isMercuriusRefusal(cause))
    return located(error, error.message, { code: 'input.invalid' });
  const refusal = clientRefusal(cause);
  if (refusal) return located(error, refusal.message, { code: 'input.invalid' });
  log.error({ err: cause, path: error.path }, 'request failed');
  return located(error, 'something went wrong on our side; it has been logged', {
    code: 'internal',
    requestId,
  });
}

/** Flattens what mercurius hands over: one refusal may hold several validation errors. */
function flatten(errors: readonly unknown[]): GraphQLError[] {
  return errors.flatMap((error) => {
    const cause = causeOf(error);
    if (isMercuriusRefusal(cause) && Array.isArray(cause.errors) && cause.errors.length > 0)
      return cause.errors.map((inner) =>
        inner instanceof GraphQLError ? inner : new GraphQLError(messageOf(inner)),
      );
    return [asGraphQLError(error)];
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : 'the request is not valid';
}

/** One answer for every failed execution. Nothing but a {@link PosternError} or a fault of the request is shown. */
export function toGraphqlAnswer(
  execution: { data?: ExecutionResult['data']; errors?: readonly unknown[] },
  log: FastifyBaseLogger,
  requestId: string,
): { statusCode: number; response: ExecutionResult } {
  const flat = flatten(execution.errors ?? []);
  const errors = flat.map((error) => render(error, log, requestId));
  const refused = errors.every((error) => error.extensions.code === 'input.invalid') && !execution.data;
  const status = flat.map((error) => clientRefusal(causeOf(error))?.status).find(Boolean) ?? 400;
  return {
    statusCode: refused ? status : 200,
    response: { data: execution.data ?? null, errors: errors as unknown as GraphQLError[] },
  };
}
