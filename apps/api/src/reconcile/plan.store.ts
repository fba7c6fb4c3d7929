import type { PlanEffects, PlanState } from '@postern/core/reconcile';
import type { Mode } from '@postern/core/roles';
import type { GuardMasks } from '@postern/protocol/tasks';
import { Prisma } from '../generated/prisma/client.js';
import type { Tx } from '../tenancy/tenant-db.js';

export type PlanCause = 'manifest' | 'drift' | 'request';

/** A plan without its content, which may be megabytes. */
export interface PlanRow {
  id: string;
  orgId: string;
  connectionId: string;
  manifestId: string;
  manifestVersion: number;
  mode: Mode;
  cause: PlanCause;
  state: PlanState;
  requestedBy: string;
  requestedLabel: string;
  createdAt: Date;
  updatedAt: Date;
  expiresAt: Date;
  effectsDigest: string | null;
  systemIdentifier: string | null;
  serverVersion: number | null;
  databaseName: string | null;
  changeCount: number | null;
  destructiveCount: number | null;
  approvedBy: string | null;
  approvedLabel: string | null;
  approvedAt: Date | null;
  closedBy: string | null;
  closedLabel: string | null;
  reason: string | null;
  applyStartedAt: Date | null;
  attempts: number;
  progressDone: number;
  progressTotal: number;
  finishedAt: Date | null;
  /** Guard roles that it makes and lets go; null: none are wanted, none are there. */
  guards: GuardMasks | null;
  cancelAskedLabel: string | null;
  cancelAskedAt: Date | null;
  cancelReason: string | null;
}

const WITHOUT_CONTENT = {
  content: true,
  approvedDigest: true,
  approvedSystemIdentifier: true,
  approvedManifestVersion: true,
  cancelAskedBy: true,
} as const;

export const findPlan = (tx: Tx, id: string): Promise<PlanRow | null> =>
  tx.rolePlan.findUnique({ where: { id }, omit: WITHOUT_CONTENT }) as unknown as Promise<PlanRow | null>;

/** Nobody else moves it until this transaction ends. */
export async function lockPlan(tx: Tx, id: string): Promise<PlanRow | null> {
  await tx.$queryRaw`select from role_plan where id = ${id}::uuid for update`;
  return findPlan(tx, id);
}

/** The same where nobody else has it at this moment; else undefined. For who holds its task already: waiting could be in a circle. */
export async function lockFreePlan(tx: Tx, id: string): Promise<PlanRow | null | undefined> {
  const free = await tx.$queryRaw<
    unknown[]
  >`select from role_plan where id = ${id}::uuid for update skip locked`;
  const plan = await findPlan(tx, id);
  return plan !== null && free.length === 0 ? undefined : plan;
}

export const livePlan = (tx: Tx, connectionId: string): Promise<PlanRow | null> =>
  tx.rolePlan.findFirst({
    where: { connectionId, state: { in: ['draft', 'planning', 'pending', 'approved', 'applying'] } },
    omit: WITHOUT_CONTENT,
  }) as unknown as Promise<PlanRow | null>;

/** Newest first. */
export const listPlans = (
  tx: Tx,
  where: { connectionId?: string; states?: readonly PlanState[] },
  take: number,
  beforeId?: string,
): Promise<PlanRow[]> =>
  tx.rolePlan.findMany({
    where: {
      ...(where.connectionId === undefined ? {} : { connectionId: where.connectionId }),
      ...(where.states === undefined ? {} : { state: { in: [...where.states] } }),
      ...(beforeId === undefined ? {} : { id: { lt: beforeId } }),
    },
    omit: WITHOUT_CONTENT,
    orderBy: { id: 'desc' },
    take,
  }) as unknown as Promise<PlanRow[]>;

export async function planContentText(tx: Tx, id: string): Promise<string | null> {
  const rows = await tx.$queryRaw<{ content: string | null }[]>`
    select content::text from role_plan where id = ${id}::uuid`;
  return rows[0]?.content ?? null;
}

export const insertPlan = (
  tx: Tx,
  row: Pick<
    PlanRow,
    | 'id'
    | 'orgId'
    | 'connectionId'
    | 'manifestId'
    | 'manifestVersion'
    | 'mode'
    | 'cause'
    | 'requestedBy'
    | 'requestedLabel'
    | 'expiresAt'
    | 'guards'
  >,
): Promise<PlanRow> =>
  tx.rolePlan.create({
    data: { ...row, guards: row.guards ?? Prisma.DbNull },
    omit: WITHOUT_CONTENT,
  }) as unknown as Promise<PlanRow>;

export interface PlanUpdate {
  state?: PlanState;
  effectsDigest?: string;
  systemIdentifier?: string;
  serverVersion?: number;
  databaseName?: string;
  changeCount?: number;
  destructiveCount?: number;
  content?: object;
  approvedBy?: string;
  approvedLabel?: string;
  approvedAt?: Date;
  approvedDigest?: string;
  approvedSystemIdentifier?: string;
  approvedManifestVersion?: number;
  closedBy?: string;
  closedLabel?: string;
  reason?: string | null;
  applyStartedAt?: Date;
  attempts?: { increment: number };
  progressDone?: number;
  progressTotal?: number;
  expiresAt?: Date;
  finishedAt?: Date;
  cancelAskedBy?: string;
  cancelAskedLabel?: string;
  cancelAskedAt?: Date;
  cancelReason?: string;
}

export const updatePlan = (tx: Tx, id: string, { content, ...update }: PlanUpdate): Promise<PlanRow> =>
  tx.rolePlan.update({
    where: { id },
    data: { ...update, ...(content === undefined ? {} : { content: content as Prisma.InputJsonObject }) },
    omit: WITHOUT_CONTENT,
  }) as unknown as Promise<PlanRow>;

export const effectsOf = (plan: PlanRow): PlanEffects | null =>
  plan.effectsDigest === null || plan.systemIdentifier === null
    ? null
    : {
        digest: plan.effectsDigest,
        systemIdentifier: plan.systemIdentifier,
        manifestVersion: plan.manifestVersion,
      };

export interface CommentRow {
  id: string;
  planId: string;
  authorLabel: string;
  body: string;
  createdAt: Date;
}

export const insertComment = (
  tx: Tx,
  row: { id: string; orgId: string; planId: string; authorId: string; authorLabel: string; body: string },
): Promise<CommentRow> => tx.rolePlanComment.create({ data: row });

/** Oldest first; a plan that people talk about more than this is one to talk about elsewhere. */
export const listComments = (tx: Tx, planId: string): Promise<CommentRow[]> =>
  tx.rolePlanComment.findMany({ where: { planId }, orderBy: { id: 'asc' }, take: 500 });
