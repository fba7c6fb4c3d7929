import type { Tx } from '../tenancy/tenant-db.js';

const TOKEN = {
  id: true,
  orgId: true,
  environmentId: true,
  name: true,
  expiresAt: true,
  usedAt: true,
  createdAt: true,
} as const;

export interface EnrolmentTokenRow {
  id: string;
  orgId: string;
  environmentId: string;
  name: string;
  expiresAt: Date;
  usedAt: Date | null;
  createdAt: Date;
}

export function insertToken(
  tx: Tx,
  token: {
    id: string;
    orgId: string;
    environmentId: string;
    name: string;
    tokenHash: string;
    expiresAt: Date;
  },
): Promise<EnrolmentTokenRow> {
  return tx.enrolmentToken.create({ data: token, select: TOKEN });
}

/** The newest hundred: what a page shows; older ones are used or long expired. */
export function listTokens(tx: Tx): Promise<EnrolmentTokenRow[]> {
  return tx.enrolmentToken.findMany({
    select: TOKEN,
    orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
    take: 100,
  });
}

/** The token behind that hash, used up by this transaction; null when it is used, expired or not there. */
export async function useToken(
  tx: Tx,
  tokenHash: string,
): Promise<{ id: string; environmentId: string; name: string } | null> {
  const { count } = await tx.enrolmentToken.updateMany({
    where: { tokenHash, usedAt: null, expiresAt: { gt: new Date() } },
    data: { usedAt: new Date() },
  });
  if (count !== 1) return null;
  return tx.enrolmentToken.findUnique({
    where: { tokenHash },
    select: { id: true, environmentId: true, name: true },
  });
}

export async function setTokenAgent(tx: Tx, id: string, agentId: string): Promise<void> {
  await tx.enrolmentToken.update({ where: { id }, data: { agentId }, select: { id: true } });
}
