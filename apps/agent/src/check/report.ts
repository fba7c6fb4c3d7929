import { type Permission, permissionsOf } from '@postern/core/policy';
import type { ClassifyResult, SqlRejection, StatementClass, WallBreak } from '@postern/core/sql';

/** A place in a text: offset in UTF-16 units from 0, line and column from 1 as editors count them. */
export interface Place {
  readonly position: number;
  readonly line: number;
  readonly column: number;
}

/** One statement of a text: what `--json` prints of it. */
export interface StatementReport {
  readonly statement: number;
  readonly kind: string;
  readonly start: number;
  readonly end: number;
  readonly permissions: readonly Permission[];
  readonly reasons: readonly ({ readonly permission: Permission; readonly what: string } & Partial<Place>)[];
  /** What is refused whatever the permissions. */
  readonly refused: readonly ({ readonly when: WallBreak['when']; readonly what: string } & Partial<Place>)[];
  readonly relations: readonly string[];
  readonly functions: readonly string[];
}

/** What `postern check --json` prints. `permissions` is the union: a text runs as a whole or not at all. */
export type CheckReport =
  | { readonly permissions: readonly Permission[]; readonly statements: readonly StatementReport[] }
  | { readonly error: Pick<SqlRejection, 'code' | 'message'> & Partial<Place> };

/** A classification in the words of `postern check`. */
export function reportOf(sql: string, result: ClassifyResult): CheckReport {
  const placeOf = placesIn(sql);
  if (!result.ok) {
    const { code, message, position } = result.rejection;
    return { error: { code, message, ...placeOf(position) } };
  }
  const { required, statements } = result.classification;
  return {
    permissions: permissionsOf(required),
    statements: statements.map((statement) => statementReport(statement, placeOf)),
  };
}

type PlaceOf = (position: number | undefined) => Place | undefined;

function statementReport(statement: StatementClass, placeOf: PlaceOf): StatementReport {
  const { index, kind, start, end, required, requirements, wallBreaks, relations, functions } = statement;
  return {
    statement: index,
    kind,
    start,
    end,
    permissions: permissionsOf(required),
    reasons: requirements.map(({ permission, what, position }) => ({
      permission,
      what,
      ...placeOf(position),
    })),
    refused: wallBreaks.map(({ when, what, position }) => ({ when, what, ...placeOf(position) })),
    relations,
    functions,
  };
}

/** A text of a megabyte may have a hundred thousand reasons, so lines are counted once. */
function placesIn(sql: string): PlaceOf {
  const starts = [0];
  for (let at = sql.indexOf('\n'); at !== -1; at = sql.indexOf('\n', at + 1)) starts.push(at + 1);
  return (position) => {
    if (position === undefined) return undefined;
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= position) low = middle;
      else high = middle;
    }
    return { position, line: low + 1, column: position - (starts[low] ?? 0) + 1 };
  };
}
