import {
  fingerprintSync,
  hasSqlDetails,
  loadModule,
  parsePlPgSQLSync,
  parseSync,
  scanSync,
} from 'libpg-query';
import type { SqlRejection } from './model.js';
import { type AstNode, isNode } from './tree.js';

/**
 * Longer texts (UTF-8 bytes) must be parsed in a worker thread with a large stack: parser and tree recurse, and thirty
 * overflows break the parser for good. `SELECT +++…a` nests once a byte; Node's default stack ends at about 7,500.
 */
export const INLINE_PARSE_BYTES = 4_096;

/** Longest text that is parsed at all, in UTF-8 bytes: the parser takes seconds and gigabytes far above it. */
export const MAX_SQL_BYTES = 1_000_000;

/** One statement of a text: its node, still wrapped (`{SelectStmt: {…}}`), and its part of the text in UTF-16 units. */
export interface ParsedStatement {
  readonly stmt: AstNode;
  readonly start: number;
  readonly end: number;
}

export interface ParsedText {
  readonly statements: readonly ParsedStatement[];
  /** UTF-16 offset of a byte offset, which is what the parser's `location` fields hold. */
  readonly offsetOf: (byte: number) => number;
}

export type ParseResult =
  | { readonly ok: true; readonly parsed: ParsedText }
  | { readonly ok: false; readonly rejection: SqlRejection };

/** Loads the parser (WebAssembly, about 30 ms). Must have resolved before anything is parsed. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/** UTF-8 length of a text in bytes. */
export function utf8Length(sql: string): number {
  let bytes = sql.length;
  for (let i = 0; i < sql.length; i++) {
    const unit = sql.charCodeAt(i);
    if (unit < 0x80) continue;
    // A surrogate pair is two units and four bytes.
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/**
 * Parses a text with PostgreSQL 18's own grammar. What the server and this parser might read differently (NUL, lone
 * surrogates) is refused before, and whatever goes wrong inside the parser is a rejection, never an exception.
 */
export function parseText(sql: string): ParseResult {
  const unsound = unsoundText(sql);
  if (unsound !== undefined) return { ok: false, rejection: unsound };
  if (sql === '') return { ok: true, parsed: { statements: [], offsetOf: (byte) => byte } };
  try {
    return { ok: true, parsed: located(sql, parseSync(sql)) };
  } catch (error) {
    return { ok: false, rejection: rejectionOf(sql, error) };
  }
}

function unsoundText(sql: string): SqlRejection | undefined {
  if (utf8Length(sql) > MAX_SQL_BYTES) {
    const message = `the text is longer than ${MAX_SQL_BYTES} bytes; send it in parts, or load data with COPY`;
    return { code: 'sql.too_large', message };
  }
  const nul = sql.indexOf('\0');
  if (nul !== -1)
    return { code: 'sql.invalid_text', message: 'the text holds a NUL character', position: nul };
  const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(sql);
  if (lone === null) return undefined;
  return { code: 'sql.invalid_text', message: 'the text holds half a character', position: lone.index };
}

function located(sql: string, tree: unknown): ParsedText {
  const offsetOf = byteOffsets(sql);
  const raw = isNode(tree) && Array.isArray(tree.stmts) ? tree.stmts : [];
  const statements = raw.map((entry: unknown): ParsedStatement => {
    const { stmt, stmt_location: from, stmt_len: length } = isNode(entry) ? entry : {};
    const start = typeof from === 'number' ? from : 0;
    const end = typeof length === 'number' && length > 0 ? offsetOf(start + length) : sql.length;
    const own = sql.slice(offsetOf(start), end);
    const lead = own.length - own.trimStart().length;
    return {
      stmt: isNode(stmt) ? stmt : {},
      start: offsetOf(start) + lead,
      end: end - (own.length - own.trimEnd().length),
    };
  });
  return { statements, offsetOf };
}

/** The parser counts bytes; people and editors count UTF-16 units. The same for plain ASCII, else a table. */
function byteOffsets(sql: string): (byte: number) => number {
  const bytes = utf8Length(sql);
  if (bytes === sql.length) return (byte) => Math.min(Math.max(byte, 0), sql.length);
  let table: Uint32Array | undefined;
  return (byte) => {
    table ??= offsetTable(sql, bytes);
    return table[Math.min(Math.max(byte, 0), bytes)] ?? sql.length;
  };
}

function offsetTable(sql: string, bytes: number): Uint32Array {
  const table = new Uint32Array(bytes + 1);
  let byte = 0;
  let unit = 0;
  for (const character of sql) {
    const length = utf8Length(character);
    table.fill(unit, byte, byte + length);
    byte += length;
    unit += character.length;
  }
  table[bytes] = sql.length;
  return table;
}

const TOO_COMPLEX: SqlRejection = {
  code: 'sql.too_complex',
  message: 'the text is nested too deeply to be understood; split it',
};

/** The hints of PostgreSQL's own grammar and lexer, which the parser leaves out (errhint in 18's gram.y, scan.l and parser.c). */
const HINTS: readonly (readonly [message: RegExp, hint: string, from?: string])[] = [
  [/^missing argument$/, 'Use NONE to denote the missing argument of a unary operator.'],
  [/^LIMIT #,# syntax/, 'Use separate LIMIT and OFFSET clauses.'],
  [/^unrecognized row security option/, 'Only PERMISSIVE or RESTRICTIVE policies are supported currently.'],
  [/^invalid Unicode escape$/, 'Unicode escapes must be \\XXXX or \\+XXXXXX.', 'str_udeescape'],
  [/^invalid Unicode escape$/, 'Unicode escapes must be \\uXXXX or \\UXXXXXXXX.'],
];

function rejectionOf(sql: string, error: unknown): SqlRejection {
  // RangeError: the stack ran out. WebAssembly.RuntimeError: so did the parser's own, or it is broken by now.
  if (!(error instanceof Error) || !hasSqlDetails(error)) return TOO_COMPLEX;
  const { message } = error;
  if (/memory exhausted|out of memory|stack depth/.test(message)) return TOO_COMPLEX;
  const { cursorPosition, functionName } = error.sqlDetails ?? {};
  const hint = HINTS.find(([of, , from = functionName]) => of.test(message) && from === functionName)?.[1];
  const isPlaced = cursorPosition !== undefined && (cursorPosition > 0 || message.includes(' at or near '));
  return {
    code: 'sql.syntax',
    message,
    ...(hint === undefined ? {} : { fix: hint }),
    ...(isPlaced ? { position: characterOffset(sql, cursorPosition) } : {}),
  };
}

/** Error positions, unlike node locations, count characters. */
function characterOffset(sql: string, characters: number): number {
  let unit = 0;
  for (let seen = 0; seen < characters && unit < sql.length; seen++) {
    unit += (sql.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
  }
  return unit;
}

/**
 * The same for texts that differ in their literals only, with the grammar that it holds for: `18:50fde20626009aba`. Only for texts that
 * {@link parseText} took: of others it gives the error's words (TOOLCHAIN, section 7, trap A), which is why its form is checked.
 */
export function fingerprintOf(sql: string): string | undefined {
  try {
    const fingerprint = fingerprintSync(sql);
    return /^[0-9a-f]{16}$/.test(fingerprint) ? `18:${fingerprint}` : undefined;
  } catch {
    return undefined;
  }
}

/** One word of a text, as the server's lexer parts them. */
export interface Token {
  readonly text: string;
  /** Bounds in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

/** The words of a text without comments; undefined when it cannot be read. */
export function tokensOf(sql: string): readonly Token[] | undefined {
  if (unsoundText(sql) !== undefined) return undefined;
  try {
    const offsetOf = byteOffsets(sql);
    return scanSync(sql)
      .tokens.filter(({ tokenName }) => tokenName !== 'SQL_COMMENT' && tokenName !== 'C_COMMENT')
      .map(({ start, end }) => {
        const bounds = { start: offsetOf(start), end: offsetOf(end) };
        return { ...bounds, text: sql.slice(bounds.start, bounds.end) };
      });
  } catch {
    return undefined;
  }
}

/** The tree of the one function in PL/pgSQL that a CREATE FUNCTION holds; undefined when there is anything else. */
export function parsePlpgsql(definition: string): AstNode | undefined {
  if (unsoundText(definition) !== undefined) return undefined;
  try {
    const tree: unknown = parsePlPgSQLSync(definition);
    const functions: unknown = isNode(tree) ? tree.plpgsql_funcs : undefined;
    const [only, ...others] = Array.isArray(functions) ? functions : [];
    return isNode(only) && others.length === 0 ? only : undefined;
  } catch {
    return undefined;
  }
}
