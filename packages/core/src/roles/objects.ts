/** What privileges can be granted on. `function`: functions, aggregates and window functions, by signature. */
export const OBJECT_TYPES = [
  'table',
  'view',
  'materialized_view',
  'foreign_table',
  'sequence',
  'function',
  'procedure',
  'type',
  'domain',
  'schema',
  'database',
  'language',
  'foreign_server',
  'foreign_data_wrapper',
  'tablespace',
  'large_object',
  'parameter',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

/** Types whose objects are in a schema; of these `*` means every object of the type in one schema. */
export const SCHEMA_OBJECT_TYPES = [
  'table',
  'view',
  'materialized_view',
  'foreign_table',
  'sequence',
  'function',
  'procedure',
  'type',
  'domain',
] as const satisfies readonly ObjectType[];
export type SchemaObjectType = (typeof SCHEMA_OBJECT_TYPES)[number];

/** PostgreSQL's privileges in the order of its manual ("5.8 Privileges"); MAINTAIN since 17. */
export const PRIVILEGES = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'TRUNCATE',
  'REFERENCES',
  'TRIGGER',
  'MAINTAIN',
  'CREATE',
  'CONNECT',
  'TEMPORARY',
  'EXECUTE',
  'USAGE',
  'SET',
  'ALTER SYSTEM',
] as const;
export type Privilege = (typeof PRIVILEGES)[number];

/** A set of privileges: bit i is `PRIVILEGES[i]`. */
export type PrivilegeMask = number;

/**
 * The pseudo-role PUBLIC among grantees. No role can have this name (`role name "public" is reserved`), so that a role
 * called `"PUBLIC"` stays a role.
 */
export const PUBLIC = 'public';

/**
 * One object. `name`: without quotes, as in the catalog; functions and procedures with their identity arguments' types
 * only, as `total(integer, text[])` (types as `format_type` writes them with an empty search_path); large objects and
 * nothing else by oid, as text. `schema`: only for {@link SCHEMA_OBJECT_TYPES}.
 */
export interface ObjectRef {
  readonly type: ObjectType;
  readonly schema?: string;
  readonly name: string;
}
