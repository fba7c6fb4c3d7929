import { utf8ToBytes } from '@noble/hashes/utils.js';
import { sha256Hex } from './chain.js';
import { type AuditStatement, STATEMENT_TEXT_CAP } from './event.js';
import { type RedactedText, redactText } from './redact.js';

/** How much of statements the audit trail keeps. Secrets are never kept, whatever this says. */
export interface StatementKeeping {
  /** `full`: the text; `literals_redacted`: without its literals and comments; `fingerprint`: no text at all. */
  readonly text: 'full' | 'literals_redacted' | 'fingerprint';
  /** Columns whose values are not kept, lower case, whatever their table. */
  readonly columns: ReadonlySet<string>;
  /** Longest text kept, in UTF-8 bytes; of longer ones the beginning and the end. */
  readonly maxBytes: number;
  /** Values bound to statements: absent, none; `all` counts where `text` is `full` and no columns are named. */
  readonly values?: 'all';
}

export const KEEP_ALL: StatementKeeping = {
  text: 'full',
  columns: new Set(),
  maxBytes: STATEMENT_TEXT_CAP,
};

/** What `classify` said of the text's tree (`Classification.notes`); absent: it could not be parsed. */
export interface StatementTree {
  readonly literals: readonly number[] | 'all';
  readonly fingerprint?: string;
}

/**
 * The statement of an audit event: what must not be kept taken out, then cut to `keep.maxBytes`. Where `keep` asks for redaction
 * and there is no tree, no literal is kept. `bytes` and `sha256` are those of the redacted text before the cut: the hash of a text with a
 * password in it would let it be guessed.
 */
export function auditStatementOf(
  sql: string,
  kinds: readonly string[],
  keep: StatementKeeping = KEEP_ALL,
  tree?: StatementTree,
): AuditStatement {
  const safe = redactedFor(sql, keep, tree);
  const isTextKept = keep.text !== 'fingerprint';
  const text = isTextKept ? trimmed(safe.text, keep.maxBytes) : '';
  const redacted = isTextKept ? safe.redacted : ([...safe.redacted, 'text'] as const);
  return {
    text,
    bytes: utf8ToBytes(safe.text).length,
    sha256: sha256Hex(safe.text),
    truncated: isTextKept && text !== safe.text,
    kinds: [...kinds],
    ...(redacted.length === 0 ? {} : { redacted: [...redacted] }),
    ...(tree?.fingerprint === undefined ? {} : { fingerprint: tree.fingerprint }),
  };
}

function redactedFor(sql: string, keep: StatementKeeping, tree: StatementTree | undefined): RedactedText {
  const isPlain = keep.text === 'full' && keep.columns.size === 0;
  const literals = keep.text !== 'full' ? 'all' : (tree?.literals ?? (isPlain ? [] : 'all'));
  return redactText(sql, { literals, isUnderstood: tree !== undefined, inBodies: keep.columns.size > 0 });
}

/** Sentences beside a statement: parsers quote what they stumble over, and that may be a password. */
export function withoutQuotes(message: string): string {
  return message.replace(/ at or near .*$/s, '').replace(/".*/s, '"…"');
}

/**
 * The beginning and the end of a text, together at most `maxBytes` in UTF-8, with the number of bytes cut out between them: what a
 * long statement does stands at its beginning, what it is limited to often at its end. Cuts between two characters.
 */
export function trimmed(text: string, maxBytes: number): string {
  if (text.length * 3 <= maxBytes) return text;
  const bytes = utf8ToBytes(text).length;
  if (bytes <= maxBytes) return text;
  const room = Math.max(maxBytes - MARK_BYTES, 0);
  const head = beginning(text, Math.ceil(room * 0.75));
  const tail = ending(text.slice(head.length), Math.floor(room * 0.25));
  const cut = bytes - utf8ToBytes(head).length - utf8ToBytes(tail).length;
  return `${head}\n[… ${cut} bytes cut …]\n${tail}`;
}

/** Room for the mark with a number of ten digits. */
const MARK_BYTES = 32;

const widthOf = (point: number): number => (point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4);

function beginning(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += widthOf(character.codePointAt(0) ?? 0);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

function ending(text: string, maxBytes: number): string {
  let bytes = 0;
  let start = text.length;
  while (start > 0) {
    const isPair = /[\udc00-\udfff]/.test(text[start - 1] ?? '') && start > 1;
    const from = start - (isPair ? 2 : 1);
    bytes += widthOf(text.codePointAt(from) ?? 0);
    if (bytes > maxBytes) break;
    start = from;
  }
  return text.slice(start);
}
