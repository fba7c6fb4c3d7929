import type { Tx } from '../tenancy/tenant-db.js';

export interface Removed {
  chain: string;
  fromSeq: number;
  toSeq: number;
}

/** The function knows what may go; we can not ask it for more. */
export const expireOneDay = (tx: Tx): Promise<Removed[]> =>
  tx.$queryRaw<
    Removed[]
  >`select chain_id::text as chain, from_seq::float8 as "fromSeq", to_seq::float8 as "toSeq"
    from postern_audit_expire()`;

export interface Keeping {
  auditRetentionDays: number | null;
  auditHold: string | null;
}

const SELECT = { name: true, auditRetentionDays: true, auditHold: true } as const;

export const findKeeping = (tx: Tx, orgId: string): Promise<(Keeping & { name: string }) | null> =>
  tx.org.findUnique({ where: { id: orgId }, select: SELECT });

export const storeKeeping = (tx: Tx, orgId: string, data: Keeping): Promise<Keeping & { name: string }> =>
  tx.org.update({ where: { id: orgId }, data, select: SELECT });
