import type { CheckResponse } from '@postern/agent/console-contract';
import type { ErrorDetail } from '../api/client';
import type { Span } from './split';
import { trimSpan, wordAt } from './statement-at';

/** Something to underline in the editor. */
export interface Problem extends Span {
  readonly kind: 'permission' | 'syntax' | 'database';
  readonly message: string;
}

/** The reasons of a check that stand in the way: what is missing, and what is refused whoever asks. */
function blockingReasons(check: CheckResponse): CheckResponse['reasons'] {
  return check.reasons.filter(
    ({ permission }) => permission === null || check.missing.some((missing) => missing === permission),
  );
}

/** What to underline in `text` after the agent has checked it. */
export function problemsOfCheck(text: string, check: CheckResponse): Problem[] {
  if (check.error !== null) {
    const span = wordAt(text, check.error.position ?? text.trimEnd().length - 1);
    return [{ ...span, kind: 'syntax', message: check.error.message }];
  }
  return blockingReasons(check).map((reason) => {
    // Where the agent names no place, the statement's beginning is the next best.
    const statement = check.statements.find(({ index }) => index === reason.statement);
    const first = statement === undefined ? 0 : trimSpan(text, statement).start;
    return {
      ...wordAt(text, reason.position ?? first),
      kind: 'permission' as const,
      message: reason.text,
    };
  });
}

/** What to underline after PostgreSQL refused a text that was sent from `offset` of `text`. */
export function problemsOfFailure(text: string, error: ErrorDetail, sent: string, offset: number): Problem[] {
  if (error.position === undefined || text.slice(offset, offset + sent.length) !== sent) return [];
  return [{ ...wordAt(text, offset + error.position), kind: 'database', message: error.message }];
}
