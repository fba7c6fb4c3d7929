import { PERMISSIONS } from '@postern/core/policy';
import { z } from 'zod';

/**
 * What a database has, as the console shows it. Whoever has any permission on a connection sees the names, columns and keys of its
 * objects, which writing or explaining needs as much as reading; definitions, sizes, grants and statistics only who may read,
 * change definitions or administer it (`isLimited` else).
 */
export const OBJECT_KINDS = [
  'table',
  'partitioned_table',
  'view',
  'materialized_view',
  'foreign_table',
  'sequence',
  'index',
  'function',
  'procedure',
  'aggregate',
  'type',
  'domain',
  'trigger',
  'policy',
  'extension',
] as const;
export const objectKind = z.enum(OBJECT_KINDS);
export type ObjectKind = z.infer<typeof objectKind>;

/** `GET /api/catalog/objects?connection=`, with an ETag. */
export const objectsResponse = z.object({
  schemas: z.array(z.object({ name: z.string(), comment: z.string().nullable() })),
  objects: z.array(
    z.object({
      oid: z.number(),
      kind: objectKind,
      schema: z.string(),
      name: z.string(),
      /** The table that it belongs to or is a partition of. */
      parent: z.number().optional(),
      /** A function's arguments, a type's form, an extension's version. */
      detail: z.string().optional(),
      /** The planner's estimate. */
      rows: z.number().optional(),
    }),
  ),
});
export type ObjectsResponse = z.infer<typeof objectsResponse>;
export type CatalogObject = ObjectsResponse['objects'][number];

/** `GET /api/catalog/names?connection=`: what the editor completes. */
export const namesResponse = z.object({
  searchPath: z.array(z.string()),
  relations: z.array(
    z.object({
      oid: z.number(),
      schema: z.string(),
      name: z.string(),
      kind: z.string(),
      comment: z.string().optional(),
      /** Name and type of each; absent: it has none. */
      columns: z.array(z.tuple([z.string(), z.string()])).optional(),
    }),
  ),
  foreignKeys: z.array(
    z.object({
      table: z.number(),
      target: z.number(),
      columns: z.array(z.string()),
      targetColumns: z.array(z.string()),
    }),
  ),
  functions: z.array(
    z.object({
      schema: z.string(),
      name: z.string(),
      kind: z.string(),
      arguments: z.string(),
      /** Absent for procedures. */
      result: z.string().optional(),
      comment: z.string().optional(),
    }),
  ),
});
export type NamesResponse = z.infer<typeof namesResponse>;

const objectRef = z.object({ oid: z.number(), kind: objectKind, schema: z.string(), name: z.string() });
const permissions = z.array(z.enum(PERMISSIONS));

/** `GET /api/catalog/object?connection=&kind=&oid=`. A trigger or a policy answers with its table. */
export const objectDetails = objectRef.extend({
  owner: z.string(),
  comment: z.string().nullable(),
  /** The planner's estimate; null where there is none. */
  rows: z.number().nullable(),
  /** Names, columns and keys only: see above. */
  isLimited: z.boolean(),
  sizes: z.object({ totalBytes: z.number(), tableBytes: z.number(), indexBytes: z.number() }).optional(),
  use: z
    .object({
      seqScans: z.number().nullable(),
      indexScans: z.number().nullable(),
      liveRows: z.number(),
      deadRows: z.number(),
      vacuumedAt: z.string().nullable(),
      analyzedAt: z.string().nullable(),
    })
    .optional(),
  columns: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      isRequired: z.boolean(),
      /** Of a generated column its expression. */
      default: z.string().nullable(),
      identity: z.enum(['always', 'by default']).nullable(),
      isGenerated: z.boolean(),
      isPrimary: z.boolean(),
      comment: z.string().nullable(),
    }),
  ),
  constraints: z.array(
    z.object({ name: z.string(), kind: z.string(), definition: z.string(), isValid: z.boolean() }),
  ),
  indexes: z.array(
    z.object({
      oid: z.number(),
      name: z.string(),
      definition: z.string(),
      isUnique: z.boolean(),
      isPrimary: z.boolean(),
      isValid: z.boolean(),
      isOfConstraint: z.boolean(),
      scans: z.number().nullable(),
      bytes: z.number().nullable(),
    }),
  ),
  triggers: z.array(
    z.object({ oid: z.number(), name: z.string(), definition: z.string(), isEnabled: z.boolean() }),
  ),
  rowSecurity: z.object({ isEnabled: z.boolean(), isForced: z.boolean() }).optional(),
  policies: z.array(
    z.object({
      oid: z.number(),
      name: z.string(),
      command: z.string(),
      roles: z.array(z.string()),
      using: z.string().nullable(),
      check: z.string().nullable(),
      isPermissive: z.boolean(),
    }),
  ),
  /** Foreign keys from it (`out`) and to it (`in`). */
  references: z.array(
    z.object({
      name: z.string(),
      direction: z.enum(['out', 'in']),
      oid: z.number(),
      schema: z.string(),
      table: z.string(),
      columns: z.array(z.string()),
      otherColumns: z.array(z.string()),
    }),
  ),
  partitionOf: objectRef.optional(),
  partitions: z.array(objectRef.extend({ bound: z.string().nullable() })),
  /** What the database itself allows its roles. */
  grants: z.array(z.object({ role: z.string(), privileges: z.array(z.string()), mayGrant: z.boolean() })),
  /** Who may do what on the connection through Postern; only for who administers it. */
  access: z.array(z.object({ email: z.string(), name: z.string(), permissions })),
  dependencies: z.array(objectRef.extend({ direction: z.enum(['uses', 'used by', 'owns']) })),
  routine: z
    .object({
      language: z.string(),
      volatility: z.enum(['immutable', 'stable', 'volatile']),
      isSecurityDefiner: z.boolean(),
      arguments: z.string(),
      result: z.string().nullable(),
      returnsSet: z.boolean(),
      parameters: z.array(
        z.object({ name: z.string(), type: z.string(), hasDefault: z.boolean(), isVariadic: z.boolean() }),
      ),
    })
    .optional(),
  definition: z.string().optional(),
});
export type ObjectDetails = z.infer<typeof objectDetails>;
