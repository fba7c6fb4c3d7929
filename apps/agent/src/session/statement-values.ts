import type { StatementClass } from '@postern/core/sql';
import { NOTHING_BOUND, type StatementValues } from '../targets/statement.js';

/** What has parameters of its own, or a body that has: it binds none. */
const OWN_PARAMETERS = /^(PREPARE|CREATE|ALTER|DO)\b/;
const TEXT = 25;

/**
 * What of the values of a text one of its statements binds. PostgreSQL wants as many as the statement names, and can not find out
 * the type of one that is skipped: those are NULL, and a text. `$2` in a literal counts as one; then the database says so.
 */
export function valuesOf(
  { kind }: Pick<StatementClass, 'kind'>,
  text: string,
  given: readonly (string | null)[],
): StatementValues {
  if (given.length === 0 || OWN_PARAMETERS.test(kind)) return NOTHING_BOUND;
  const used = new Set([...text.matchAll(/\$(\d{1,5})/g)].map(([, number]) => Number(number)));
  const values = given.slice(0, Math.max(0, ...used));
  return {
    types: values.map((_, index) => (used.has(index + 1) ? 0 : TEXT)),
    values: values.map((value, index) => (used.has(index + 1) ? value : null)),
  };
}
