import type { Tx } from '../tenancy/tenant-db.js';

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
}

export const insertConnection = (
  tx: Tx,
  row: { id: string; orgId: string; environmentId: string; slug: string } & ConnectionSettings,
): Promise<ConnectionRow> => tx.dbConnection.create({ data: row });

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
  });

export const countConnections = (tx: Tx, slugs: readonly string[] | undefined): Promise<number> =>
  tx.dbConnection.count({ where: slugs ? { slug: { in: [...slugs] } } : {} });

export const findConnection = (tx: Tx, id: string): Promise<ConnectionRow | null> =>
  tx.dbConnection.findUnique({ where: { id } });

export const findConnectionsBySlug = (tx: Tx, slugs: readonly string[]): Promise<ConnectionRow[]> =>
  tx.dbConnection.findMany({ where: { slug: { in: [...slugs] } } });

export const updateConnectionRow = (
  tx: Tx,
  id: string,
  settings: ConnectionSettings,
): Promise<ConnectionRow> => tx.dbConnection.update({ where: { id }, data: settings });

export async function deleteConnectionRow(tx: Tx, id: string): Promise<void> {
  await tx.dbConnection.delete({ where: { id } });
}
