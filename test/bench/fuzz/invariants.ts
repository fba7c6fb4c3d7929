import { isDeepStrictEqual } from 'node:util';
import { PERMISSION_BIT as BIT, maskOf } from '@postern/core/policy';
import { type Classification, type ClassifyResult, classify, type StatementClass } from '@postern/core/sql';
import { parseSync } from 'libpg-query';
import { changesIdentity, demandsOf } from './oracle.js';

const CODES = ['sql.syntax', 'sql.too_large', 'sql.too_complex', 'sql.invalid_text'];
const QUERIES = ['SELECT', 'VALUES', 'SELECT INTO'];
const EXPLAINABLE = [...QUERIES, 'INSERT', 'UPDATE', 'DELETE', 'MERGE'];

const within = (position: number | undefined, sql: string): boolean =>
  position === undefined || (Number.isInteger(position) && position >= 0 && position <= sql.length);

function untyped(sql: string, result: ClassifyResult): string | undefined {
  if (!result.ok) {
    const { code, message, position } = result.rejection;
    return CODES.includes(code) && message !== '' && within(position, sql)
      ? undefined
      : 'rejection is not typed';
  }
  let end = 0;
  let union = 0;
  for (const [i, statement] of result.classification.statements.entries()) {
    const { requirements, wallBreaks } = statement;
    if (statement.index !== i + 1) return 'statements are not numbered';
    if (statement.start < end || statement.end < statement.start) return 'statements overlap';
    if (statement.end > sql.length) return 'a statement ends after the text';
    if (statement.kind === '' || statement.kind === 'UNKNOWN') return 'a statement has no kind';
    if (statement.required === 0) return `${statement.kind} needs nothing`;
    if (statement.required !== maskOf(requirements.map(({ permission }) => permission)))
      return 'a mask is not that of its reasons';
    if (![...requirements, ...wallBreaks].every(({ what, position }) => what !== '' && within(position, sql)))
      return 'a reason has no place in the text';
    end = statement.end;
    union |= statement.required;
  }
  return union === result.classification.required ? undefined : 'the whole is not the union of its parts';
}

/** By the second opinion of oracle.ts, on the bare parser's tree. */
function tooLow(sql: string, { statements }: Classification): string | undefined {
  // The bare parser throws at an empty text.
  if (sql === '') return undefined;
  const { stmts = [] } = parseSync(sql) as { stmts?: { stmt?: unknown }[] };
  if (stmts.length !== statements.length) return 'statements are missing';
  for (const [i, { required, kind, wallBreaks }] of statements.entries()) {
    const stmt = stmts[i]?.stmt;
    const missing = demandsOf(stmt).find((demand) => (required & demand) === 0);
    if (missing !== undefined) return `${kind} needs ${required}, and nothing of ${missing}`;
    if (changesIdentity(stmt) && !wallBreaks.some(({ when }) => when === 'always'))
      return `${kind} changes the identity of the session, and no wall breaks`;
  }
  return undefined;
}

const wallsOf = ({ wallBreaks }: StatementClass): string[] =>
  wallBreaks.map(({ when, what }) => `${when} ${what}`);

/** Does `outer` need all that the statements of `inner` need, and `more`? */
function covers(outer: ClassifyResult, inner: Classification, more = 0): boolean {
  if (!outer.ok) return false;
  const least = inner.required | more;
  const walls = new Set(outer.classification.statements.flatMap(wallsOf));
  return (
    (outer.classification.required & least) === least &&
    inner.statements.flatMap(wallsOf).every((wall) => walls.has(wall))
  );
}

/** The same text in other words that mean as much, or more. */
function lowered(sql: string, inner: Classification): string | undefined {
  const commented = classify(`/* é /* nested */ ; */ -- it's\n\t${sql}`);
  const same = commented.ok && commented.classification.statements.map(({ required }) => required);
  if (
    !isDeepStrictEqual(
      same,
      inner.statements.map(({ required }) => required),
    )
  )
    return 'a comment before it changes it';
  if (!covers(commented, inner)) return 'a comment before it takes walls away';
  if (!covers(classify(`SELECT 1;${sql}`), inner, BIT.read)) return 'a statement before it lowers it';
  const [only, ...others] = inner.statements;
  if (only === undefined || others.length > 0) return undefined;
  const own = sql.slice(only.start, only.end);
  const wrapped = QUERIES.includes(only.kind) ? classify(`(${own}\n)`) : undefined;
  if (wrapped?.ok && !covers(wrapped, inner)) return 'parentheses lower it';
  const explained = EXPLAINABLE.includes(only.kind) ? classify(`EXPLAIN ANALYZE ${own}`) : undefined;
  if (explained?.ok && !covers(explained, inner, BIT.explain)) return 'EXPLAIN ANALYZE lowers it';
  return undefined;
}

export interface Checked {
  readonly result: ClassifyResult | undefined;
  /** Milliseconds of the first classification. */
  readonly ms: number;
  /** What is wrong, when something is. */
  readonly violation?: string;
}

/** Classifies one text and looks whether all that must hold holds. */
export function check(sql: string): Checked {
  const at = performance.now();
  let result: ClassifyResult | undefined;
  let ms = 0;
  try {
    result = classify(sql);
    ms = performance.now() - at;
    const violation =
      untyped(sql, result) ??
      (isDeepStrictEqual(classify(sql), result) ? undefined : 'a second look sees something else') ??
      (result.ok ? (tooLow(sql, result.classification) ?? lowered(sql, result.classification)) : undefined);
    return { result, ms, ...(violation === undefined ? {} : { violation }) };
  } catch (error) {
    return { result, ms, violation: `throws ${error instanceof Error ? error.message : String(error)}` };
  }
}
