import type { CheckResponse } from '@postern/agent/console-contract';
import type { ErrorDetail } from '../api/client';
import type { Span } from './split';
import { statementAt, wordAt } from './statement-at';

/** Something to underline in the editor. */
export interface Problem extends Span {
  readonly kind: 'permission' | 'syntax' | 'database';
  readonly message: string;
}

/** The reasons of a check that stand in the way: what is missing, and what is refused whoever asks. */
export function blockingReasons(check: CheckResponse): CheckResponse['reasons'] {
  return check.reasons.filter(
    ({ permission }) => permission === null || check.missing.some((missing) => missing === permission),
  );
}

/** A reason as a sentence: `calls pg_terminate_backend: needs admin on Shop`. */
export function reasonText(reason: CheckResponse['reasons'][number], connectionName: string): string {
  if (reason.permission === null) return `statement ${reason.statement} ${reason.text}: refused`;
  return `statement ${reason.statement} ${reason.text}: needs ${reason.permission} on ${connectionName}, which you do not hold`;
}

/** What to underline in `text` after the agent has checked it. */
export function problemsOfCheck(text: string, check: CheckResponse, connectionName: string): Problem[] {
  if (check.error !== null) {
    const span = wordAt(text, check.error.position ?? text.trimEnd().length - 1);
    return [{ ...span, kind: 'syntax', message: check.error.message }];
  }
  return blockingReasons(check).map((reason) => {
    const start = check.statements.find(({ index }) => index === reason.statement)?.start ?? 0;
    const first = statementAt(text, check.statements, start)?.start ?? start;
    return {
      ...wordAt(text, reason.position ?? first),
      kind: 'permission' as const,
      message: reasonText(reason, connectionName),
    };
  });
}

/** What to underline after PostgreSQL refused a text that was sent from `offset` of `text`. */
export function problemsOfFailure(text: string, error: ErrorDetail, sent: string, offset: number): Problem[] {
  if (error.position === undefined || text.slice(offset, offset + sent.length) !== sent) return [];
  return [{ ...wordAt(text, offset + error.position), kind: 'database', message: error.message }];
}
