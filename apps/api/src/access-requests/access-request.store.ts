import type { Tx } from '../tenancy/tenant-db.js';

export interface AccessRequestRow {
  id: string;
  orgId: string;
  environmentId: string;
  userId: string;
  connectionSlug: string;
  permissions: number;
  reason: string;
  auditEventId: string | null;
  createdAt: Date;
  outcome: string | null;
  closedAt: Date | null;
  closedByLabel: string | null;
}

type Open = Pick<AccessRequestRow, 'environmentId' | 'userId' | 'connectionSlug' | 'permissions'>;

export const findOpenRequest = (tx: Tx, of: Open): Promise<AccessRequestRow | null> =>
  tx.accessRequest.findFirst({ where: { ...of, outcome: null } });

export const countOpenRequests = (tx: Tx, userId: string): Promise<number> =>
  tx.accessRequest.count({ where: { userId, outcome: null } });

export const insertRequest = (
  tx: Tx,
  row: Omit<AccessRequestRow, 'createdAt' | 'outcome' | 'closedAt' | 'closedByLabel'>,
): Promise<AccessRequestRow> => tx.accessRequest.create({ data: row });

export const findRequest = (tx: Tx, id: string): Promise<AccessRequestRow | null> =>
  tx.accessRequest.findUnique({ where: { id } });

/** Waiting ones first, of each the newest first. */
export const listRequests = (tx: Tx, isOpen: boolean, take: number): Promise<AccessRequestRow[]> =>
  tx.accessRequest.findMany({
    where: isOpen ? { outcome: null } : { outcome: { not: null } },
    orderBy: { id: 'desc' },
    take,
  });

/** False when somebody else closed it a moment ago. */
export async function closeRequestRow(
  tx: Tx,
  id: string,
  closed: { outcome: string; closedAt: Date; closedByLabel: string },
): Promise<boolean> {
  const { count } = await tx.accessRequest.updateMany({ where: { id, outcome: null }, data: closed });
  return count === 1;
}

export const listAdministrators = (tx: Tx): Promise<{ user: { name: string; email: string } }[]> =>
  tx.membership.findMany({
    where: { role: { in: ['owner', 'admin'] } },
    select: { user: { select: { name: true, email: true } } },
    orderBy: { createdAt: 'asc' },
    take: 20,
  });

export const hasConnection = async (tx: Tx, environmentId: string, slug: string): Promise<boolean> =>
  (await tx.dbConnection.count({ where: { environmentId, slug } })) === 1;
