import type { ErrorCode } from '@postern/core/errors';

/** What the API said went wrong: a stable code, words for a person, and which field of the input is at fault. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly field?: string,
    readonly fix?: string,
  ) {
    super(message);
  }
}

interface GraphQLErrorBody {
  message?: unknown;
  extensions?: { code?: unknown; field?: unknown; fix?: unknown };
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The first error of a GraphQL response. Anything unrecognisable is `internal`, never a raw dump. */
export function toApiError(errors: readonly GraphQLErrorBody[]): ApiError {
  const first = errors[0];
  const code = text(first?.extensions?.code);
  if (!first || !code?.includes('.')) {
    return new ApiError(
      'internal',
      text(first?.message) ?? 'something went wrong on our side',
      undefined,
      text(first?.extensions?.fix) ?? 'try again; if it stays, look at the log of the api',
    );
  }
  return new ApiError(
    code as ErrorCode,
    text(first.message) ?? code,
    text(first.extensions?.field),
    text(first.extensions?.fix),
  );
}

/** Any thrown thing as an {@link ApiError}, so that every page shows failures in one way. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  return new ApiError('internal', 'something went wrong in this page', undefined, 'reload the page');
}

/** Texts are stored lower case without a period (STYLE.md); people read sentences. */
export function sentence(words: string): string {
  const trimmed = words.trim();
  if (trimmed === '') return '';
  const start = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…:]$/.test(start) ? start : `${start}.`;
}

/**
 * The error that belongs beside one field: `members` also takes `members.1`; `rule.members.1` is the same field,
 * because the API may name the argument first.
 */
export function fieldError(error: ApiError | null, field: string): ApiError | undefined {
  if (!error?.field) return undefined;
  const path = error.field.split('.');
  return path[0] === field || (path.length > 1 && path[1] === field) ? error : undefined;
}

/** Index of the list item at fault: 1 for `members.1`. */
export function fieldIndex(error: ApiError | undefined): number | undefined {
  const last = error?.field?.split('.').at(-1);
  return last !== undefined && /^\d+$/.test(last) ? Number(last) : undefined;
}
