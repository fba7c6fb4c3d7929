import type { Tx } from '../tenancy/tenant-db.js';

export interface SavedQueryRow {
  id: string;
  orgId: string;
  environmentId: string;
  userId: string;
  folder: string;
  name: string;
  connectionSlug: string | null;
  body: string;
  isShared: boolean;
  updatedAt: Date;
}

/** What a person sees in an environment: their own, and what others share. */
export const listQueries = (tx: Tx, environmentId: string, userId: string): Promise<SavedQueryRow[]> =>
  tx.savedQuery.findMany({
    where: { environmentId, OR: [{ userId }, { isShared: true }] },
    orderBy: [{ folder: 'asc' }, { name: 'asc' }, { id: 'asc' }],
  });

export const findOwnQuery = (
  tx: Tx,
  of: { id: string; environmentId: string; userId: string },
): Promise<SavedQueryRow | null> => tx.savedQuery.findFirst({ where: of });

export const countQueries = (tx: Tx, environmentId: string, userId: string): Promise<number> =>
  tx.savedQuery.count({ where: { environmentId, userId } });

export const insertQuery = (tx: Tx, row: Omit<SavedQueryRow, 'updatedAt'>): Promise<SavedQueryRow> =>
  tx.savedQuery.create({ data: row });

export const changeQuery = (
  tx: Tx,
  id: string,
  change: Pick<SavedQueryRow, 'folder' | 'name' | 'connectionSlug' | 'body' | 'isShared'>,
): Promise<SavedQueryRow> =>
  tx.savedQuery.update({ where: { id }, data: { ...change, updatedAt: new Date() } });

export async function deleteQueryRow(tx: Tx, id: string): Promise<void> {
  await tx.savedQuery.delete({ where: { id } });
}
