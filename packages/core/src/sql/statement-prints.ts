import { classify } from './classify.js';
import { fingerprintOf } from './parse.js';

/** One statement of a text, as it is told apart from others without its literals. */
export interface StatementPrint {
  readonly fingerprint: string;
  readonly kind: string;
  readonly relations: readonly string[];
}

const ofTheCatalog = (relation: string): boolean =>
  relation.startsWith('pg_catalog.') ||
  relation.startsWith('information_schema.') ||
  relation.startsWith('pg_');

/**
 * The statements of a text that touch data or change something, each with its fingerprint: what is held against the
 * database's own counts. Reads of the system catalog, transaction control and settings are left out: programs and the agent
 * itself make them all the time. Texts that cannot be parsed give nothing. Call `loadParser` once before.
 */
export function statementPrints(sql: string): StatementPrint[] {
  const result = classify(sql);
  if (!result.ok) return [];
  return result.classification.statements.flatMap(({ start, end, kind, relations }) => {
    if (!relations.some((relation) => !ofTheCatalog(relation))) return [];
    const fingerprint = fingerprintOf(sql.slice(start, end));
    return fingerprint === undefined ? [] : [{ fingerprint, kind, relations }];
  });
}
