import type { Finding } from '../session.js';
import type { CatalogFunction, CatalogRelation, CatalogType, FunctionRef } from './model.js';
import type { SearchPath } from './path.js';

/** What happens to a relation, as bits. */
export const EVENT = {
  select: 1,
  insert: 2,
  update: 4,
  delete: 8,
  truncate: 16,
  /** Its indexes, checks and statistics are computed anew. */
  rebuild: 32,
  /** The query of a materialized view is run. */
  refresh: 64,
  all: 127,
} as const;

/** Several of {@link EVENT}. */
export type Events = number;

/** `plan`: only what planning runs. */
export type UseMode = 'run' | 'plan';

/**
 * An object of the catalog that a statement, or the definition of another object, makes the server run. `path`: where the
 * bodies of functions that it calls look for names.
 */
export type Target =
  | { readonly kind: 'function'; readonly function: CatalogFunction; readonly path: SearchPath }
  | { readonly kind: 'builtin'; readonly ref: FunctionRef }
  | { readonly kind: 'type'; readonly type: CatalogType; readonly path: SearchPath }
  | {
      readonly kind: 'relation';
      readonly relation: CatalogRelation;
      readonly events: Events;
      readonly mode: UseMode;
      readonly path: SearchPath;
    };

export interface Use {
  readonly target: Target;
  /** How its effects count: those of functions that are called, of triggers, and of everything else. */
  readonly via: 'call' | 'trigger' | 'part';
  /** A phrase: `calls app.f`, `reads app.v`. */
  readonly does: string;
}

/** A use in a statement, and where it stands. */
export interface LocatedUse {
  readonly use: Use;
  readonly location: number | undefined;
}

/** What one object's own definition does, without what the objects do that it uses. */
export interface Summary {
  readonly findings: readonly SummaryFinding[];
  readonly uses: readonly Use[];
}

/** `inherent`: about the object itself, a phrase as `which is written in c`; else about its definition. */
export type SummaryFinding = Finding & { readonly inherent?: true };

/** The same for uses that come to the same. */
export function keyOf({ target }: Use): string {
  switch (target.kind) {
    case 'function':
      return `function ${target.function.oid} ${target.path.key}`;
    case 'builtin':
      return `builtin ${target.ref.oid} ${target.ref.name}`;
    case 'type':
      return `type ${target.type.oid} ${target.path.key}`;
    case 'relation':
      return `relation ${target.relation.oid} ${target.events} ${target.mode} ${target.path.key}`;
  }
}

/** `schema.name`. */
export function shownName({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return `${schema}.${name}`;
}
