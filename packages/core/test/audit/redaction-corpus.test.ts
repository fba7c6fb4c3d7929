import { scanSync } from 'libpg-query';
import { beforeAll, describe, expect, test } from 'vitest';
import { auditStatementOf, KEEP_ALL, type StatementKeeping } from '../../src/audit/index.js';
import { pieces } from '../../src/audit/pieces.js';
import { classify, loadParser } from '../../src/sql/index.js';
import { redactionCorpus, sqlCorpus } from '../corpus.js';

const CANARY = /c4nary|424242/;

beforeAll(() => loadParser());

function kept(sql: string, keep: StatementKeeping) {
  const wanted = { columns: keep.columns, fingerprint: keep.text !== 'full' };
  const classified = classify(sql, undefined, undefined, wanted);
  const tree = classified.ok ? classified.classification.notes : undefined;
  return { classified, statement: auditStatementOf(sql, [], keep, tree) };
}

const keepingOf = ({ text = 'full', columns = [] }: (typeof redactionCorpus)[number]): StatementKeeping => ({
  ...KEEP_ALL,
  text,
  columns: new Set(columns),
});

describe('no canary is kept', () => {
  test.each(redactionCorpus.map((item) => [item.sql, item] as const))('%s', (sql, item) => {
    const { statement, classified } = kept(sql, keepingOf(item));
    expect(JSON.stringify(statement)).not.toMatch(CANARY);
    for (const part of item.keeps ?? []) expect(statement.text).toContain(part);
    if (CANARY.test(sql)) expect(statement.redacted?.length ?? 0).toBeGreaterThan(0);
    if (classified.ok && item.text !== undefined) expect(statement.fingerprint).toMatch(/^18:[0-9a-f]{16}$/);
    if (item.text !== 'fingerprint') expect(statement.text.length).toBeGreaterThan(0);
    if (item.text === 'fingerprint') return;
    const stricter = kept(sql, { ...keepingOf(item), text: 'literals_redacted' });
    expect(JSON.stringify(stricter.statement)).not.toMatch(CANARY);
  });
});

describe('the pieces of a text', () => {
  const texts = [...sqlCorpus.flatMap((file) => file.cases), ...redactionCorpus].map(({ sql }) => sql);

  test('cover all of it', () => {
    for (const sql of texts) {
      let at = 0;
      for (const piece of pieces(sql)) {
        expect(piece.start).toBe(at);
        expect(piece.end).toBeGreaterThan(at);
        at = piece.end;
      }
      expect(at).toBe(sql.length);
    }
  });

  test("are those of PostgreSQL's scanner, as far as literals and comments go", () => {
    let compared = 0;
    for (const sql of texts) {
      const scanned = scan(sql);
      if (scanned === undefined) continue;
      compared += 1;
      const own = [...pieces(sql)]
        .filter(({ kind }) => ['string', 'dollar', 'comment', 'number'].includes(kind))
        // To the scanner, N'…' is a word and a string.
        .map(({ start }) => Buffer.byteLength(sql.slice(0, start)) + (/^n/i.test(sql[start] ?? '') ? 1 : 0));
      expect(own, sql).toEqual(scanned);
    }
    expect(compared).toBeGreaterThan(1_000);
  });
});

const LITERAL = /^(?:(?:[eEbBxX]|[uU]&)?'|\$(?!\d)|\d|\.\d|--|\/\*)/;

/** Where literals and comments begin, in bytes; undefined: the scanner gave up. */
function scan(sql: string): number[] | undefined {
  try {
    const bytes = Buffer.from(sql);
    return scanSync(sql)
      .tokens.filter(({ start, end }) => LITERAL.test(bytes.subarray(start, end).toString()))
      .map(({ start }) => start);
  } catch {
    return undefined;
  }
}
