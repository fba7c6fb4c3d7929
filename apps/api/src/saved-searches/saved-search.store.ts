import type { Tx } from '../tenancy/tenant-db.js';

export interface SavedSearchRow {
  id: string;
  orgId: string;
  userId: string;
  name: string;
  query: string;
  isShared: boolean;
  createdAt: Date;
  updatedAt: Date;
}

/** What a person sees: their own, and what others share. By name. */
export const listSavedSearches = (tx: Tx, userId: string): Promise<SavedSearchRow[]> =>
  tx.savedSearch.findMany({
    where: { OR: [{ userId }, { isShared: true }] },
    orderBy: [{ name: 'asc' }, { id: 'asc' }],
  });

export const countSavedSearches = (tx: Tx, userId: string): Promise<number> =>
  tx.savedSearch.count({ where: { userId } });

export const findSavedSearch = (tx: Tx, id: string): Promise<SavedSearchRow | null> =>
  tx.savedSearch.findUnique({ where: { id } });

export const insertSavedSearch = (
  tx: Tx,
  row: Omit<SavedSearchRow, 'createdAt' | 'updatedAt'>,
): Promise<SavedSearchRow> => tx.savedSearch.create({ data: row });

export const changeSavedSearch = (
  tx: Tx,
  id: string,
  change: Partial<Pick<SavedSearchRow, 'name' | 'query' | 'isShared'>>,
): Promise<SavedSearchRow> =>
  tx.savedSearch.update({ where: { id }, data: { ...change, updatedAt: new Date() } });

export async function deleteSavedSearchRow(tx: Tx, id: string): Promise<void> {
  await tx.savedSearch.delete({ where: { id } });
}
