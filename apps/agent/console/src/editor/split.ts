/** A part of a text, [start, end) in UTF-16 code units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const DOLLAR_TAG = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;

function afterQuote(text: string, from: number, quote: string, hasEscapes: boolean): number {
  for (let at = from + 1; at < text.length; at++) {
    if (hasEscapes && text[at] === '\\') at++;
    else if (text[at] === quote) {
      if (text[at + 1] !== quote) return at + 1;
      at++;
    }
  }
  return text.length;
}

function afterBlockComment(text: string, from: number): number {
  let depth = 1;
  for (let at = from + 2; at < text.length; at++) {
    const two = text.slice(at, at + 2);
    if (two === '/*') depth++;
    if (two === '*/' && --depth === 0) return at + 2;
    if (two === '/*' || two === '*/') at++;
  }
  return text.length;
}

function afterDollarQuote(text: string, from: number): number {
  // A `$` inside a name (`a$b$`) opens nothing.
  if (from > 0 && /[\w$\u0080-\uffff]/.test(text[from - 1] ?? '')) return from + 1;
  DOLLAR_TAG.lastIndex = from;
  const tag = DOLLAR_TAG.exec(text)?.[0];
  if (tag === undefined) return from + 1;
  const close = text.indexOf(tag, from + tag.length);
  return close < 0 ? text.length : close + tag.length;
}

/** Where the comment, string or name that starts at `at` ends; `at + 1` when none does. */
export function afterToken(text: string, at: number): number {
  const char = text[at];
  if (char === '-' && text[at + 1] === '-') {
    const newline = text.indexOf('\n', at);
    return newline < 0 ? text.length : newline;
  }
  if (char === '/' && text[at + 1] === '*') return afterBlockComment(text, at);
  if (char === '"') return afterQuote(text, at, '"', false);
  if (char === "'")
    return afterQuote(text, at, "'", /(?:^|\W)[eE]$/.test(text.slice(Math.max(0, at - 2), at)));
  if (char === '$') return afterDollarQuote(text, at);
  return at + 1;
}

/**
 * The statements of a text by its semicolons (https://www.postgresql.org/docs/18/sql-syntax-lexical.html). Only for
 * texts that the agent could not parse, so that a mistake in one statement does not keep the others from running; it
 * decides what is sent, never what is allowed.
 */
export function splitStatements(text: string): Span[] {
  const spans: Span[] = [];
  let first = -1;
  let last = 0;
  const close = () => {
    if (first >= 0) spans.push({ start: first, end: last });
    first = -1;
  };
  let at = 0;
  while (at < text.length) {
    const next = afterToken(text, at);
    const isComment = text.startsWith('--', at) || text.startsWith('/*', at);
    if (text[at] === ';') close();
    // A comment begins no statement; one within or after it goes with it, as the server's parser has it.
    else if (!/\s/.test(text[at] ?? '') && !(isComment && first < 0)) {
      if (first < 0) first = at;
      last = next;
    }
    at = next;
  }
  close();
  return spans;
}
