import type { Span } from './split';

/** `span` without the white space at its edges. */
export function trimSpan(text: string, span: Span): Span {
  const part = text.slice(span.start, span.end);
  const start = span.start + (part.length - part.trimStart().length);
  return { start, end: Math.max(start, span.end - (part.length - part.trimEnd().length)) };
}

/**
 * The statement that a cursor means: the one it is in; else the one that ended on the same line (`select 1;|`); else the next
 * one; else the last.
 */
export function statementAt(text: string, spans: readonly Span[], cursor: number): Span | undefined {
  const trimmed = spans.map((span) => trimSpan(text, span));
  const inside = trimmed.findLast((span) => span.start <= cursor && cursor <= span.end);
  if (inside !== undefined) return inside;
  const before = trimmed.findLast((span) => span.end < cursor);
  if (before !== undefined && !text.slice(before.end, cursor).includes('\n')) return before;
  return trimmed.find((span) => span.start > cursor) ?? before;
}

/** What to underline at a position: the word, number or quoted name there, or one character. */
export function wordAt(text: string, position: number): Span {
  const start = Math.max(0, Math.min(position, Math.max(0, text.length - 1)));
  const word = /^(?:"[^"\n]*"|'[^'\n]*'|[\w$.\u0080-\uffff]+)/.exec(text.slice(start, start + 200))?.[0];
  return { start, end: Math.min(text.length, start + (word?.length ?? 1)) };
}
