/**
 * A SQL text cut as PostgreSQL's scanner cuts it (scan.l), except that nothing makes it fail: what is unterminated goes on to the
 * end. So broken texts can be redacted too, and a megabyte takes milliseconds. A test holds it against the real scanner.
 */
export type PieceKind = 'space' | 'comment' | 'string' | 'dollar' | 'number' | 'quoted' | 'word' | 'sign';

export interface Piece {
  readonly kind: PieceKind;
  /** Bounds in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const SPACE = /\s+/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const NUMBER = /0[xXoObB][\da-fA-F_]+|(?:\d[\d_]*(?:\.(?!\.)[\d_]*)?|\.\d[\d_]*)(?:[eE][+-]?\d[\d_]*)?/y;
const PARAMETER = /\$\d+/y;
const DOLLAR = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
const QUOTE = /(?:[eEbBxXnN]|[uU]&)?'/y;
/** `'a'` and `'b'` in the next line are one literal; comments to the end of the line may stand between. */
const CONTINUES = /(?:[^\S\r\n]|--[^\r\n]*)*[\r\n](?:\s|--[^\r\n]*(?=[\r\n]))*'/y;

/** The pieces of a text in order, without a gap. */
export function* pieces(sql: string): Generator<Piece> {
  for (let start = 0; start < sql.length; ) {
    const kind = kindAt(sql, start);
    yield { kind: kind.kind, start, end: kind.end };
    start = kind.end;
  }
}

function kindAt(sql: string, at: number): { kind: PieceKind; end: number } {
  const end = (pattern: RegExp) => matchEnd(pattern, sql, at);
  const first = sql[at] ?? '';
  if (sql.startsWith('--', at)) return { kind: 'comment', end: endOfLine(sql, at) };
  if (sql.startsWith('/*', at)) return { kind: 'comment', end: endOfComment(sql, at) };
  if (first === '"') return { kind: 'quoted', end: endOfQuoted(sql, at + 1, '"', false) };
  const quote = end(QUOTE);
  if (quote > at) return { kind: 'string', end: endOfString(sql, quote, /^e/i.test(first)) };
  if (first === '$') {
    const parameter = end(PARAMETER);
    if (parameter > at) return { kind: 'sign', end: parameter };
    const opened = end(DOLLAR);
    if (opened > at) return { kind: 'dollar', end: after(sql, sql.slice(at, opened), opened) };
  }
  for (const [kind, pattern] of [
    ['space', SPACE],
    ['word', WORD],
    ['number', NUMBER],
  ] as const) {
    const matched = end(pattern);
    if (matched > at) return { kind, end: matched };
  }
  return { kind: 'sign', end: at + 1 };
}

function matchEnd(pattern: RegExp, sql: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : at;
}

function after(sql: string, closing: string, from: number): number {
  const at = sql.indexOf(closing, from);
  return at === -1 ? sql.length : at + closing.length;
}

function endOfLine(sql: string, from: number): number {
  for (let at = from; at < sql.length; at++) if (sql[at] === '\n' || sql[at] === '\r') return at;
  return sql.length;
}

/** Block comments nest. */
function endOfComment(sql: string, from: number): number {
  const bound = /\/\*|\*\//g;
  bound.lastIndex = from + 2;
  for (let depth = 1; depth > 0; ) {
    const found = bound.exec(sql);
    if (found === null) return sql.length;
    depth += found[0] === '/*' ? 1 : -1;
  }
  return bound.lastIndex;
}

function endOfQuoted(sql: string, from: number, quote: string, escapes: boolean): number {
  for (let at = from; at < sql.length; at++) {
    if (escapes && sql[at] === '\\') at += 1;
    else if (sql[at] === quote && sql[at + 1] === quote) at += 1;
    else if (sql[at] === quote) return at + 1;
  }
  return sql.length;
}

function endOfString(sql: string, from: number, escapes: boolean): number {
  let end = endOfQuoted(sql, from, "'", escapes);
  for (;;) {
    const next = matchEnd(CONTINUES, sql, end);
    if (next === end) return end;
    end = endOfQuoted(sql, next, "'", escapes);
  }
}

/** What a literal (a `string` or `dollar` piece) says, its quotes and escapes undone as far as looking into it needs. */
export function literalText(literal: string): string {
  const dollar = /^\$[^$]*\$/.exec(literal)?.[0];
  if (dollar !== undefined) {
    const isClosed = literal.length >= 2 * dollar.length && literal.endsWith(dollar);
    return literal.slice(dollar.length, isClosed ? -dollar.length : undefined);
  }
  const isEscaped = /^e/i.test(literal);
  const isUnicode = /^u&/i.test(literal);
  let inner = '';
  for (let at = literal.indexOf("'"); at !== -1 && at < literal.length; ) {
    const end = endOfQuoted(literal, at + 1, "'", isEscaped);
    const isClosed = end > at + 1 && literal[end - 1] === "'";
    inner += literal.slice(at + 1, isClosed ? end - 1 : end).replaceAll("''", "'");
    at = literal.indexOf("'", end);
  }
  if (isEscaped) return unescaped(inner);
  return isUnicode ? inner.replace(/\\\+?([0-9a-f]{4,6})/gi, (_, hex: string) => character(hex, 16)) : inner;
}

const unescaped = (text: string): string =>
  text.replace(
    /\\(?:x([0-9a-f]{1,2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([0-7]{1,3})|([\s\S]))/gi,
    (_, x?: string, u?: string, long?: string, octal?: string, other?: string) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return character(hex, 16);
      if (octal !== undefined) return character(octal, 8);
      return { n: '\n', t: '\t', r: '\r' }[other ?? ''] ?? other ?? '';
    },
  );

function character(digits: string, base: number): string {
  const point = Number.parseInt(digits, base);
  return point <= 0x10ffff ? String.fromCodePoint(point) : '';
}
