import { utf8ToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './chain.js';
import { type AuditStatement, STATEMENT_TEXT_CAP } from './event.js';

/** What stands where a secret stood. */
const BLANK = "'***'";

/**
 * The pieces of a SQL text, as PostgreSQL's scanner cuts them: comments, string literals (plain, E'', U&'', dollar quoted),
 * quoted names, words, anything else. An unterminated piece goes on to the end, so that broken statements are
 * covered as well.
 */
const PIECES =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(?:[eE]'(?:[^'\\]+|\\[\s\S]|'')*(?:'|$))|(?:(?:[uU]&|[bBxXnN])?'(?:[^']+|'')*(?:'|$))|\$([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$[\s\S]*?(?:\$\1\$|$)|"(?:[^"]+|"")*(?:"|$)|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\s+|[\s\S]/g;

/** Words before a literal that make it a secret: PASSWORD of roles, options of servers and user mappings. */
const SECRET_WORD =
  /^"?(?:\w*(?:password|passwd|passphrase|passcode|secret)\w*|\w*(?:api_?key|access_?key|token))"?$/i;
/** Connection strings that carry a password: `password=…` and `scheme://user:password@host`. */
const SECRET_TEXT = /\b(?:ssl)?pass(?:word|wd|file)?\s*=|:\/\/[^\s/@]*:[^\s@]*@/i;

/**
 * A text with its secrets blanked out: passwords of roles, user mappings, servers and subscriptions, connection
 * strings that carry one, and the same inside strings and bodies that hold SQL. The rest stays as it was.
 */
export function redactSecrets(sql: string): string {
  return redact(sql, 0);
}

function redact(sql: string, depth: number): string {
  let afterSecretWord = false;
  let result = '';
  for (const [piece] of sql.matchAll(PIECES)) {
    if (/^(?:\s|--|\/\*|=$)/.test(piece)) {
      result += piece;
    } else if (isLiteral(piece)) {
      // Literals in a row are one literal, so the word before still counts for the next.
      result += afterSecretWord ? BLANK : redactLiteral(piece, depth);
    } else {
      afterSecretWord = SECRET_WORD.test(piece);
      result += piece;
    }
  }
  return result;
}

function isLiteral(piece: string): boolean {
  return /^(?:[eEbBxXnN]|[uU]&)?'/.test(piece) || (piece.startsWith('$') && piece.length > 1);
}

function redactLiteral(literal: string, depth: number): string {
  const dollar = /^\$[^$]*\$/.exec(literal)?.[0];
  if (dollar !== undefined) return redactBody(literal, dollar, depth);
  if (SECRET_TEXT.test(literal)) return BLANK;
  const inner = literal
    .replace(/^[^']*'/, '')
    .replace(/'$/, '')
    .replaceAll("''", "'");
  if (!inner.includes("'") && !inner.includes('$')) return literal;
  return depth > MAX_DEPTH || redact(inner, depth + 1) !== inner ? BLANK : literal;
}

/** A dollar-quoted text is mostly a program: it stays, without what is secret in it. */
function redactBody(literal: string, dollar: string, depth: number): string {
  if (depth > MAX_DEPTH) return BLANK;
  const isClosed = literal.length >= 2 * dollar.length && literal.endsWith(dollar);
  const body = literal.slice(dollar.length, isClosed ? -dollar.length : undefined);
  const safe = redact(body, depth + 1)
    .replace(/(\b(?:ssl)?pass(?:word|wd|file)?\s*=\s*)[^\s'$]+/gi, '$1***')
    .replace(/(:\/\/[^\s/@:]*:)[^\s@]*@/g, '$1***@');
  return `${dollar}${safe}${isClosed ? dollar : ''}`;
}

/** Texts in texts in texts: nobody writes more, and each level halves what is left. */
const MAX_DEPTH = 8;

/**
 * The statement of an audit event: secrets blanked out, then cut at {@link STATEMENT_TEXT_CAP} bytes between two
 * characters. Length and SHA-256 are those of the text as it came, so that it can be recognised.
 */
export function auditStatementOf(sql: string, kinds: readonly string[]): AuditStatement {
  const safe = redactSecrets(sql);
  const text = cutAt(safe, STATEMENT_TEXT_CAP);
  return {
    text,
    bytes: utf8ToBytes(sql).length,
    sha256: sha256Hex(sql),
    truncated: text.length < safe.length,
    kinds: [...kinds],
  };
}

/** The longest beginning of a text that takes at most `cap` bytes in UTF-8. */
function cutAt(text: string, cap: number): string {
  if (text.length * 3 <= cap) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > cap) break;
    end += character.length;
  }
  return text.slice(0, end);
}
