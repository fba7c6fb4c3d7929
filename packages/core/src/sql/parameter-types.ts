import { PERMISSION_BIT } from '../policy/permission.js';
import { type Catalog, FIRST_USER_OID } from './catalog/catalog.js';
import { pathOf, typeUses } from './catalog/names.js';
import { SearchPath } from './catalog/path.js';
import { reasonsOf } from './catalog/reach.js';
import type { Classification, Requirement, WallBreak } from './model.js';
import type { Finding } from './session.js';
import type { SessionState } from './session-state.js';

/**
 * A classification with what the declared types of its parameters add. A parameter of a type is a cast to it: what the
 * type's input functions, checks and casts do happens when a value is bound. PostgreSQL's own types (OIDs below 16384,
 * and 0 for "find out") add nothing; a type that the catalog does not show, or that code of the session may have changed,
 * is code that nobody looked into.
 */
export function withParameterTypes(
  classification: Classification,
  oids: readonly number[],
  session: SessionState,
  catalog: Catalog | undefined,
): Classification {
  const own = [...new Set(oids)].filter((oid) => oid >= FIRST_USER_OID);
  if (own.length === 0) return classification;
  return withFindings(
    classification,
    own.flatMap((oid) => typeFindings(oid, session, catalog)),
  );
}

/** Whether {@link withParameterTypes} may add anything. */
export const hasOwnTypes = (oids: readonly number[]): boolean => oids.some((oid) => oid >= FIRST_USER_OID);

/** A classification whose first statement needs more than its text says. */
export function withFindings(classification: Classification, findings: readonly Finding[]): Classification {
  const [first, ...others] = classification.statements;
  if (first === undefined || findings.length === 0) return classification;
  const requirements: Requirement[] = [];
  const wallBreaks: WallBreak[] = [];
  for (const finding of findings) {
    const { what } = finding;
    if ('wall' in finding) wallBreaks.push({ when: finding.wall, statement: first.index, what });
    else requirements.push({ permission: finding.permission, statement: first.index, what });
  }
  const added = requirements.reduce((mask, { permission }) => mask | PERMISSION_BIT[permission], 0);
  const changed = {
    ...first,
    required: first.required | added,
    requirements: [...first.requirements, ...requirements],
    wallBreaks: [...first.wallBreaks, ...wallBreaks],
  };
  return {
    ...classification,
    statements: [changed, ...others],
    required: classification.required | added,
  };
}

function typeFindings(oid: number, session: SessionState, catalog: Catalog | undefined): Finding[] {
  const isKnown = catalog?.types.has(oid) === true && session.storedCode === undefined;
  if (!isKnown) {
    return [
      { permission: 'execute', what: `binds a parameter of the type ${oid}, which was not looked into` },
    ];
  }
  const { data } = catalog;
  const { searchPath } = session;
  const path =
    searchPath === 'any' ? SearchPath.ANY : pathOf([...data.searchPath, ...(searchPath ?? [])], data);
  return typeUses(catalog, oid, path).flatMap((use) => reasonsOf(catalog, use));
}
