import type { Permission, PermissionMask } from '../policy/permission.js';
import type { SensitiveLiterals } from './literals.js';
import type { SessionEffect } from './session-state.js';

/** One reason why a statement needs a permission: what a refusal shows and what audit keeps. */
export interface Requirement {
  readonly permission: Permission;
  /** Number of the statement in the text, from 1. */
  readonly statement: number;
  /** What needs it, as a phrase after "statement 2 …": `calls pg_terminate_backend`, `is a DELETE`. */
  readonly what: string;
  /** Offset in the text where it stands (UTF-16 code units, from 0), when the parser says. */
  readonly position?: number;
}

/**
 * Why a statement is refused whatever the permissions. `always`: on shared credentials for everybody (SET ROLE …);
 * `read_only`: only in a session that the agent pinned to READ ONLY, because it would lift the pin.
 */
export interface WallBreak {
  readonly when: 'always' | 'read_only';
  readonly statement: number;
  readonly what: string;
  readonly position?: number;
}

/** What one statement of a text is and requires. */
export interface StatementClass {
  /** From 1. */
  readonly index: number;
  /** Command tag-like name: `SELECT`, `INSERT`, `CREATE TABLE`, `EXPLAIN`. */
  readonly kind: string;
  /** The statement's own part of the text, [start, end) in UTF-16 code units, without the semicolon. */
  readonly start: number;
  readonly end: number;
  readonly required: PermissionMask;
  readonly requirements: readonly Requirement[];
  readonly wallBreaks: readonly WallBreak[];
  /** Relations named, `schema.name` or `name`, each once, as written (CTE names left out). */
  readonly relations: readonly string[];
  /** Functions called, `schema.name` or `name`, each once. */
  readonly functions: readonly string[];
  /** What it changes in its database session once it succeeded: see `sessionAfter`. */
  readonly effect?: SessionEffect;
  /** It makes or changes something that runs code later, so that the agent must read the catalog again. */
  readonly storesCode?: true;
  /** Schemas that it puts into search_path. */
  readonly searched?: readonly string[];
}

/** What the audit trail wants to know of a text's tree: see `auditStatementOf`. */
export interface StatementNotes {
  /** Literals that must not be kept. */
  readonly literals: SensitiveLiterals;
  /** The same for texts that differ in their literals only: `18:` (the grammar) and 16 hex digits. */
  readonly fingerprint?: string;
}

/** Asks {@link classify} for {@link StatementNotes}. */
export interface NotesWanted {
  /** Columns whose values must not be kept, lower case. */
  readonly columns: ReadonlySet<string>;
  readonly fingerprint: boolean;
}

/** A text understood. `required` is the union over its statements: a batch runs as a whole or not at all. */
export interface Classification {
  readonly statements: readonly StatementClass[];
  readonly required: PermissionMask;
  /** True when it depends on the session's state (EXECUTE, FETCH …): of no use for another session. */
  readonly usesSession?: boolean;
  /** Where it was asked for. */
  readonly notes?: StatementNotes;
}

/** A text that could not be understood is never run. `position` as in {@link Requirement}. */
export interface SqlRejection {
  readonly code: 'sql.syntax' | 'sql.too_large' | 'sql.too_complex' | 'sql.invalid_text';
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
  readonly position?: number;
}

export type ClassifyResult =
  | { readonly ok: true; readonly classification: Classification }
  | { readonly ok: false; readonly rejection: SqlRejection };
