import { v7 as uuidv7 } from 'uuid';
import { recordChange } from '../audit/record-change.js';
import type { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';

export interface FindingRow {
  id: string;
  orgId: string;
  connectionId: string;
  manifestVersion: number;
  effectsDigest: string;
  firstSeenAt: Date;
  lastSeenAt: Date;
  resolvedAt: Date | null;
  changeCount: number;
  planId: string | null;
  ignoredUntil: Date | null;
  ignoredReason: string | null;
  ignoredLabel: string | null;
}

const WITHOUT_CONTENT = { content: true } as const;

export const openFinding = (tx: Tx, connectionId: string): Promise<FindingRow | null> =>
  tx.driftFinding.findFirst({ where: { connectionId, resolvedAt: null }, omit: WITHOUT_CONTENT });

export const findFinding = (tx: Tx, id: string): Promise<FindingRow | null> =>
  tx.driftFinding.findUnique({ where: { id }, omit: WITHOUT_CONTENT });

export async function findingContent(tx: Tx, id: string): Promise<unknown> {
  return (await tx.driftFinding.findUnique({ where: { id }, select: { content: true } }))?.content ?? null;
}

export const insertFinding = (
  tx: Tx,
  row: Pick<FindingRow, 'orgId' | 'connectionId' | 'manifestVersion' | 'effectsDigest' | 'changeCount'> & {
    content: object;
  },
): Promise<FindingRow> => {
  const now = new Date();
  return tx.driftFinding.create({
    data: {
      id: uuidv7(),
      ...row,
      content: row.content as Prisma.InputJsonObject,
      firstSeenAt: now,
      lastSeenAt: now,
    },
    omit: WITHOUT_CONTENT,
  });
};

export const updateFinding = (
  tx: Tx,
  id: string,
  data: Partial<Omit<FindingRow, 'id' | 'orgId' | 'connectionId'>> & { ignoredBy?: string | null },
): Promise<FindingRow> => tx.driftFinding.update({ where: { id }, data, omit: WITHOUT_CONTENT });

/** What was found differs no more. */
export async function resolveFinding(tx: Tx, orgId: string, connectionId: string): Promise<void> {
  const open = await openFinding(tx, connectionId);
  if (open === null) return;
  await updateFinding(tx, open.id, { resolvedAt: new Date() });
  await recordChange(tx, orgId, {
    kind: 'drift.resolved',
    actor: { type: 'system', id: '', label: 'postern' },
    path: 'api',
    target: { type: 'drift_finding', id: open.id, label: `${open.changeCount} changes` },
  });
}
