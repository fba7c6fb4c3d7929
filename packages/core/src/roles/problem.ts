/** The closed set of codes of what can be wrong with a manifest, or with a manifest on a certain server. */
export const PROBLEM_CODES = [
  /** Not YAML or JSON, or not readable at all. */
  'manifest.syntax',
  'manifest.unknown_field',
  'manifest.missing_field',
  /** A value of the wrong type or outside the allowed words. */
  'manifest.bad_value',
  /** A name that PostgreSQL refuses or reserves. */
  'manifest.bad_name',
  'manifest.duplicate',
  'manifest.contradiction',
  'manifest.unknown_profile',
  'manifest.unknown_role',
  'manifest.cycle',
  'manifest.bad_privilege',
  'manifest.bad_password',
  // bundles
  'bundle.no_sources',
  'bundle.unreadable',
  'bundle.out_of_scope',
  'bundle.conflict',
  // found when the manifest meets a server
  'server.missing_object',
  'server.missing_role',
  'server.wrong_database',
  'server.unsupported',
  'server.insufficient_rights',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Where something was written. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `roles[2].name`; empty for the document itself. */
  readonly path: string;
}

/** Something wrong, where it was written, and what to do. Texts are lower case, without final period. */
export interface Problem extends Place {
  readonly code: ProblemCode;
  readonly message: string;
  readonly fix: string;
}

/** A problem at a place. */
export function problem(at: Place, code: ProblemCode, message: string, fix: string): Problem {
  return { code, message, fix, file: at.file, line: at.line, column: at.column, path: at.path };
}

/** In the order in which a reader meets them: by file as given, line, column. */
export function byPlace(a: Problem, b: Problem): number {
  return a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column;
}
