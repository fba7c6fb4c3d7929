import type { DefaultObjectType, RowPolicy, ServerFacts } from './graph.js';
import type { ObjectType } from './objects.js';

/**
 * What to read of a catalog. Roles and memberships are always read whole (they are few, and every grantee has to be
 * found); `graphFromCatalog` makes the graph of the rest.
 */
export interface InspectionScope {
  /** Schemas whose own rights, objects and default privileges are read; null: all but PostgreSQL's own. */
  readonly schemas: ReadonlySet<string> | null;
  /** Schemas of which only existence and owner matter. */
  readonly schemaOwners: ReadonlySet<string>;
  /** Roles that may be dropped: their default privileges are read wherever they are; null: any role. */
  readonly leavers: ReadonlySet<string> | null;
  /** Rights on the connected database. */
  readonly database: boolean;
  /** Kinds of object outside schemas (`language`, `parameter` …): which by name; null: all that have explicit rights. */
  readonly others: ReadonlyMap<ObjectType, ReadonlySet<string> | null>;
  /** Tables whose row level security is read, as `schema\0table`; null: all in the schemas. */
  readonly rowSecurity: ReadonlySet<string> | null;
}

/** Rows as set-based queries return them; nothing decided yet. Every `acl` is an id of `aclEntries`. */
export interface CatalogRows {
  readonly facts: ServerFacts;
  /** All roles of the cluster, also `pg_*`. */
  readonly roles: readonly RoleRow[];
  readonly memberships: readonly MembershipRow[];
  /** Each distinct list once. A list without entries has no rows. */
  readonly aclEntries: readonly AclEntryRow[];
  readonly objects: readonly ObjectRow[];
  readonly columns: readonly ColumnRow[];
  readonly defaults: readonly DefaultRow[];
  readonly rowSecurity: readonly RowSecurityRow[];
}

export interface RoleRow {
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly createdb: boolean;
  readonly createrole: boolean;
  readonly inherit: boolean;
  readonly replication: boolean;
  readonly bypassrls: boolean;
  readonly connectionLimit: number;
  /** `2026-01-31T00:00:00.000Z` (UTC, milliseconds); null: for ever, also for `infinity`. */
  readonly validUntil: string | null;
  readonly comment: string | null;
  /** `setconfig` for all databases, as `name=value`. */
  readonly config: readonly string[];
  /** The same for the connected database. */
  readonly databaseConfig: readonly string[];
  /** Only when it may be read. */
  readonly verifier?: string;
}

/** One row of pg_auth_members. Before PostgreSQL 16: inherit = the member's rolinherit, set = true. */
export interface MembershipRow {
  readonly group: string;
  readonly member: string;
  readonly grantor: string;
  readonly admin: boolean;
  readonly inherit: boolean;
  readonly set: boolean;
}

/** Entries of one grantee by one grantor in one distinct acl. */
export interface AclEntryRow {
  /** Same text = same list, as `md5(coalesce(relacl, acldefault('r', relowner))::text)`. */
  readonly acl: string;
  /** null: PUBLIC. Roles that are gone (a number instead of a name) are left out. */
  readonly grantee: string | null;
  readonly grantor: string;
  /** As aclexplode calls them. */
  readonly privileges: readonly string[];
  readonly grantable: readonly string[];
}

export interface ObjectRow {
  readonly type: ObjectType;
  /** null outside schemas. */
  readonly schema: string | null;
  /** As {@link ObjectRef.name} says. */
  readonly name: string;
  /** null: none (parameters). */
  readonly owner: string | null;
  readonly acl: string;
}

/** A column with rights of its own. */
export interface ColumnRow {
  readonly type: ObjectType;
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly acl: string;
}

/** A row of pg_default_acl: global ones all, of the others those of the schemas in scope. */
export interface DefaultRow {
  readonly owner: string;
  /** null: global. */
  readonly schema: string | null;
  readonly on: DefaultObjectType;
  readonly acl: string;
}

/** A table in scope that has row level security on or has policies. */
export interface RowSecurityRow {
  readonly schema: string;
  readonly table: string;
  readonly enabled: boolean;
  readonly forced: boolean;
  /** Roles: `public` for PUBLIC. Expressions by pg_get_expr. */
  readonly policies: readonly RowPolicy[];
}
