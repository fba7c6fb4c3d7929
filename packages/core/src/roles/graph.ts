import type { ObjectRef, ObjectType, PrivilegeMask, SchemaObjectType } from './objects.js';

/**
 * Who may do what in one database, and which roles its cluster has: what the manifest wants and what the catalog holds
 * are both this (ARCHITECTURE.md, "packages/core"). Plain data; `diff` compares two of them.
 */
export interface RoleGraph {
  readonly roles: ReadonlyMap<string, RoleState>;
  /** By group, then by member. */
  readonly memberships: ReadonlyMap<string, ReadonlyMap<string, MembershipState>>;
  /** Every object that is in scope, by {@link objectKey}; also those that nobody has a privilege on. */
  readonly objects: ReadonlyMap<string, ObjectState>;
  /** By {@link defaultKey}. */
  readonly defaults: ReadonlyMap<string, DefaultState>;
  /** Row level security by `schema.table` key of its table's {@link objectKey}. */
  readonly rowSecurity: ReadonlyMap<string, RowSecurityState>;
}

export interface RoleState {
  readonly name: string;
  readonly login: boolean;
  readonly superuser: boolean;
  readonly createdb: boolean;
  readonly createrole: boolean;
  readonly inherit: boolean;
  readonly replication: boolean;
  readonly bypassrls: boolean;
  /** -1: no limit. */
  readonly connectionLimit: number;
  /** Instant in UTC, `2026-01-31T00:00:00.000Z`; null: for ever. */
  readonly validUntil: string | null;
  readonly comment: string | null;
  /** ALTER ROLE … SET, for all databases: setting → value as the catalog holds it. */
  readonly config: ReadonlyMap<string, string>;
  /** The same IN DATABASE (the connected one). */
  readonly databaseConfig: ReadonlyMap<string, string>;
  /**
   * The stored verifier, where the inspecting role may read it; a wanted password never comes into the graph. Never in any
   * output or digest.
   */
  readonly verifier?: string;
}

/** A member of a group: what all grants of it give together, and each one. */
export interface MembershipState extends MembershipOptions {
  /** By grantor, sorted; more than one only from PostgreSQL 16 on. */
  readonly grants: readonly MembershipGrant[];
}

export interface MembershipOptions {
  readonly admin: boolean;
  /** Before PostgreSQL 16: the member role's own INHERIT. */
  readonly inherit: boolean;
  /** SET option of PostgreSQL 16; always true before. */
  readonly set: boolean;
}

export interface MembershipGrant extends MembershipOptions {
  readonly grantor: string;
}

/** An object's owner and rights. Lists with the same content should be the same object, so that they compare at once. */
export interface ObjectState {
  readonly ref: ObjectRef;
  /** Undefined where there is none (parameters). */
  readonly owner?: string;
  readonly acl: Acl;
  /** Rights on single columns: column → acl. */
  readonly columns?: ReadonlyMap<string, Acl>;
}

/**
 * Effective rights: `acldefault()` where the catalog holds NULL. Sorted by grantee, then grantor. The owner's own entry is
 * in it as the catalog has it.
 */
export type Acl = readonly AclEntry[];

export interface AclEntry {
  /** Role name, or `PUBLIC`. */
  readonly grantee: string;
  readonly grantor: string;
  readonly privileges: PrivilegeMask;
  /** Of `privileges`: held WITH GRANT OPTION. */
  readonly grantable: PrivilegeMask;
}

/** ALTER DEFAULT PRIVILEGES FOR ROLE owner [IN SCHEMA schema]: what objects made from now on get. */
export interface DefaultState {
  readonly owner: string;
  /** null: global. */
  readonly schema: string | null;
  readonly on: DefaultObjectType;
  /** Schema-bound: what is added. Global: what holds instead of the server's own default (effective). */
  readonly acl: Acl;
}

/** `table` covers everything that PostgreSQL's ON TABLES does: tables, views, materialized views, foreign tables. */
export type DefaultObjectType = 'table' | 'sequence' | 'function' | 'type' | 'schema' | 'large_object';

export interface RowSecurityState {
  readonly table: ObjectRef;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: ReadonlyMap<string, RowPolicy>;
}

export interface RowPolicy {
  readonly name: string;
  readonly permissive: boolean;
  readonly command: 'ALL' | 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  /** Role names or `PUBLIC`, sorted. */
  readonly roles: readonly string[];
  /** As `pg_get_expr` writes it. */
  readonly using: string | null;
  readonly check: string | null;
}

/** Key of an object; unique, and in the order in which output is sorted. */
export function objectKey({ type, schema, name }: ObjectRef): string {
  return `${type}\0${schema ?? ''}\0${name}`;
}

/** Key of default privileges. */
export function defaultKey({ owner, schema, on }: Pick<DefaultState, 'owner' | 'schema' | 'on'>): string {
  return `${owner}\0${schema ?? ''}\0${on}`;
}

/** Where the graph was read: what plans and rendering depend on. */
export interface ServerFacts {
  /** `server_version_num` / 10000 */
  readonly major: number;
  readonly database: string;
  /** `pg_control_system().system_identifier`; null where it may not be read. */
  readonly systemIdentifier: string | null;
  readonly currentUser: string;
  /** Role with oid 10: the grantor of what superusers grant, and who owns what has no owner. */
  readonly bootstrapUser: string;
  readonly isSuperuser: boolean;
  /** A managed service, told by roles and settings of its own. */
  readonly provider: 'rds' | 'aurora' | 'cloud_sql' | 'alloydb' | 'azure' | null;
}

/** What one wants on objects, before the catalog tells which there are. */
export interface ObjectSelector {
  readonly type: ObjectType;
  readonly schema?: string;
  /** `*`: every object of the type in the schema ({@link SchemaObjectType} only). */
  readonly name: string;
}

export type { SchemaObjectType };
