import type { Tx } from '../tenancy/tenant-db.js';

export interface OrgRow {
  id: string;
  slug: string;
  name: string;
  createdAt: Date;
}

export async function insertOrg(tx: Tx, org: { id: string; slug: string; name: string }): Promise<void> {
  await tx.org.createMany({ data: [org] });
}

export const findOrg = (tx: Tx, id: string): Promise<OrgRow | null> => tx.org.findUnique({ where: { id } });

export const renameOrg = (tx: Tx, id: string, name: string): Promise<OrgRow> =>
  tx.org.update({ where: { id }, data: { name } });
