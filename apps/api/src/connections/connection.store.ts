import type { Tx } from '../tenancy/tenant-db.js';

/** Checked by `db_connection_audit_mode_known`. */
export type AuditMode = 'strict' | 'batched';

export interface ConnectionRow {
  id: string;
  orgId: string;
  environmentId: string;
  slug: string;
  name: string;
  description: string;
  statementTimeoutMs: number;
  lockTimeoutMs: number;
  idleInTransactionTimeoutMs: number;
  rowCap: number;
  auditMode: AuditMode;
  createdAt: Date;
}

/** What may be set; what is left out keeps its value, or the database's default. */
export interface ConnectionSettings {
  name: string;
  description?: string | undefined;
  statementTimeoutMs?: number | undefined;
  lockTimeoutMs?: number | undefined;
  idleInTransactionTimeoutMs?: number | undefined;
  rowCap?: number | undefined;
  auditMode?: AuditMode | undefined;
}

export const insertConnection = (
  tx: Tx,
  row: { id: string; orgId: string; environmentId: string; slug: string } & ConnectionSettings,
): Promise<ConnectionRow> => tx.dbConnection.create({ data: row }) as Promise<ConnectionRow>;

/** By short name. `slugs`: only these. */
export const listConnections = (
  tx: Tx,
  take: number,
  afterSlug: string | undefined,
  slugs: readonly string[] | undefined,
): Promise<ConnectionRow[]> =>
  tx.dbConnection.findMany({
    where: {
      slug: { ...(afterSlug === undefined ? {} : { gt: afterSlug }), ...(slugs ? { in: [...slugs] } : {}) },
    },
    orderBy: { slug: 'asc' },
    take,
  }) as Promise<ConnectionRow[]>;

export const countConnections = (tx: Tx, slugs: readonly string[] | undefined): Promise<number> =>
  tx.dbConnection.count({ where: slugs ? { slug: { in: [...slugs] } } : {} });

export const findConnection = (tx: Tx, id: string): Promise<ConnectionRow | null> =>
  tx.dbConnection.findUnique({ where: { id } }) as Promise<ConnectionRow | null>;

export const findConnectionsBySlug = (tx: Tx, slugs: readonly string[]): Promise<ConnectionRow[]> =>
  tx.dbConnection.findMany({ where: { slug: { in: [...slugs] } } }) as Promise<ConnectionRow[]>;

export const updateConnectionRow = (
  tx: Tx,
  id: string,
  settings: ConnectionSettings,
): Promise<ConnectionRow> =>
  tx.dbConnection.update({ where: { id }, data: settings }) as Promise<ConnectionRow>;

export async function deleteConnectionRow(tx: Tx, id: string): Promise<void> {
  await tx.dbConnection.delete({ where: { id } });
}
