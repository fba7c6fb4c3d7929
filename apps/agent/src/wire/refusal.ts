import { type ErrorCode, PosternError } from '@postern/core/errors';
import { RunRefused } from '../session/outcome.js';
import type { ErrorFields } from './codec/backend.js';

/** Sent in place of a text that is refused: no server can parse it, and nothing of the refused one is in it. */
export const REFUSED_TEXT = 'postern refused this statement';

/** Reasons that are spelt out in one answer. */
const REASONS_MAX = 20;

const SQLSTATES: Partial<Record<ErrorCode, string>> = {
  'sql.denied': '42501',
  'sql.refused': '42501',
  'connection.not_found': '42501',
  'policy.none': '42501',
  'policy.lease_expired': '42501',
  'agent.revoked': '42501',
  'sql.syntax': '42601',
  'sql.too_large': '54000',
  'sql.too_complex': '54001',
  'sql.invalid_text': '22021',
  'sql.cancelled': '57014',
  'input.invalid': '22023',
  'connection.unavailable': '55000',
  'audit.unavailable': '58030',
  'audit.full': '53100',
};

/** What a client is told of something that did not get as far as the database. */
export function refusalOf(error: unknown, sql = ''): ErrorFields {
  if (!(error instanceof PosternError)) {
    return { severity: 'ERROR', code: 'XX000', message: 'the agent could not look at this statement' };
  }
  const denial = error instanceof RunRefused ? error.denial : {};
  const texts = (denial.reasons ?? []).map(({ text }) => text);
  const shown = texts.slice(0, REASONS_MAX).join('\n');
  const more = texts.length > REASONS_MAX ? `\n… and ${texts.length - REASONS_MAX} more` : '';
  return {
    severity: 'ERROR',
    code: SQLSTATES[error.code] ?? 'XX000',
    message: error.message,
    detail: texts.length > 1 ? `${shown}${more}` : undefined,
    hint: error.detail.fix,
    position: denial.position === undefined ? undefined : charactersBefore(sql, denial.position) + 1,
  };
}

/** PostgreSQL counts characters; our texts UTF-16 units. */
export function charactersBefore(sql: string, end: number): number {
  let count = 0;
  for (const _ of sql.slice(0, end)) count += 1;
  return count;
}

export const tooManyRows = (rows: number): ErrorFields => ({
  severity: 'ERROR',
  code: '42501',
  message: `the result is longer than ${rows} rows, which needs export`,
  hint: `use LIMIT ${rows}, or ask an administrator for \`export\``,
});

export const fatal = (code: string, message: string, hint?: string): ErrorFields => ({
  severity: 'FATAL',
  code,
  message,
  hint,
});
