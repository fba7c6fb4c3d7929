/**
 * What an agent read of one database's catalog: only what somebody made (oid ≥ 16384, or outside pg_catalog and
 * information_schema) and that may run code. Plain data without I/O: it can be sent to threads, stored, and replayed.
 * Every definition was read with an empty search_path, so that each name in it which is not PostgreSQL's own is qualified.
 */
export interface CatalogData {
  /** Differs whenever anything below does. */
  readonly version: string;
  /** `server_version_num`, as 180004. */
  readonly serverVersion: number;
  /** Who the session is: what `"$user"` stands for in search_path. */
  readonly user: string;
  /** Who it may be instead (guard roles): then `"$user"` may stand for any of them. */
  readonly otherUsers?: readonly string[];
  /** Schemas where a new session looks for names, in order: `current_schemas(false)`. */
  readonly searchPath: readonly string[];
  readonly functions: readonly CatalogFunction[];
  readonly operators: readonly CatalogOperator[];
  readonly casts: readonly CatalogCast[];
  readonly types: readonly CatalogType[];
  readonly relations: readonly CatalogRelation[];
  /** Functions of enabled event triggers, except those of login. */
  readonly eventTriggers?: readonly FunctionRef[];
}

/** A function by its oid; those of PostgreSQL itself are not in `functions` and are known by their name. */
export interface FunctionRef {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
}

export interface CatalogFunction extends FunctionRef {
  readonly kind: 'function' | 'procedure' | 'aggregate' | 'window';
  /** As people write it: `app.total(integer, text)`. */
  readonly signature: string;
  /** `sql`, `plpgsql`, `c`, `internal` … */
  readonly language: string;
  /** `pg_get_functiondef`, for sql and plpgsql. */
  readonly definition?: string;
  readonly isSecurityDefiner: boolean;
  /** Settings that it runs with (proconfig), as `search_path=app, pg_temp`. */
  readonly config: readonly string[];
  /** How many arguments a call may give; `maxArgs` null: any number (VARIADIC). */
  readonly minArgs: number;
  readonly maxArgs: number | null;
  /** The extension that it belongs to. */
  readonly extension?: string;
  /** What an aggregate calls: transition, final, combine … functions. */
  readonly calls: readonly FunctionRef[];
  /** Oids of its arguments' and result's types among `types`. */
  readonly types: readonly number[];
}

export interface CatalogOperator {
  readonly schema: string;
  readonly name: string;
  readonly function: FunctionRef;
}

export interface CatalogCast {
  /** Oids; either may be a type of PostgreSQL itself. */
  readonly source: number;
  readonly target: number;
  readonly context: 'explicit' | 'assignment' | 'implicit';
  readonly function?: FunctionRef;
}

export interface CatalogType {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'base' | 'composite' | 'domain' | 'enum' | 'range' | 'multirange' | 'array';
  /** Oids of the types that it is made of, among `types`: a domain's base, fields, elements, subtype. */
  readonly parts: readonly number[];
  /** A domain's checks and default, as SQL expressions. */
  readonly expressions: readonly string[];
  /** Functions behind it: input, output, receive, send, typmod, canonical, subtype_diff. */
  readonly functions: readonly FunctionRef[];
}

/** Tables are listed only when something here is not empty. */
export interface CatalogRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'partitioned_table' | 'view' | 'materialized_view' | 'foreign_table';
  /** A view's or materialized view's query. */
  readonly query?: string;
  /** Rules other than a view's own, `pg_get_ruledef`. */
  readonly rules: readonly { readonly event: DataEvent; readonly definition: string }[];
  /** Row level security policies; `event` undefined: ALL. */
  readonly policies: readonly { readonly event?: DataEvent; readonly expressions: readonly string[] }[];
  /** Triggers that are not the server's own and not disabled, with their WHEN. */
  readonly triggers: readonly {
    readonly events: readonly (DataEvent | 'truncate')[];
    readonly function: FunctionRef;
    readonly when?: string;
  }[];
  /** Computed when rows are read: virtual generated columns. */
  readonly readExpressions: readonly string[];
  /** Computed when rows are written: defaults, checks, stored generated columns, index expressions and predicates. */
  readonly writeExpressions: readonly string[];
  /**
   * Those of `writeExpressions` that the planner computes as far as they are constant, so that reading does too: index
   * expressions and predicates, checks. Without it, any of them may be.
   */
  readonly planExpressions?: readonly string[];
  /** Of a foreign table. `isProgram`: file_fdw that runs a program. */
  readonly foreign?: { readonly wrapper: string; readonly isProgram: boolean };
  /** Oids of partitions and inheriting tables, which are read and written with it. */
  readonly children: readonly number[];
  /** Oids of tables whose rows a foreign key changes with this one's (CASCADE, SET NULL, SET DEFAULT). */
  readonly cascades: readonly number[];
  /** Oids of its columns' types among `types`. */
  readonly types: readonly number[];
}

export type DataEvent = 'select' | 'insert' | 'update' | 'delete';
