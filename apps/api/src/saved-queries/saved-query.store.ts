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

/** What is not shared stays in the environment in which it was saved: no other one's agent hears of it. */
const isToldIn = (environmentId: string) => [{ environmentId }, { isShared: true }];

/** What a person sees in an environment: their own of it, and what anybody of the organisation shares. */
export const listQueries = (tx: Tx, environmentId: string, userId: string): Promise<SavedQueryRow[]> =>
  tx.savedQuery.findMany({
    where: { OR: [{ environmentId, userId }, { isShared: true }] },
    orderBy: [{ folder: 'asc' }, { name: 'asc' }, { id: 'asc' }],
  });

export const findOwnQuery = (
  tx: Tx,
  { id, environmentId, userId }: { id: string; environmentId: string; userId: string },
): Promise<SavedQueryRow | null> =>
  tx.savedQuery.findFirst({ where: { id, userId, OR: isToldIn(environmentId) } });

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
